"""The recipes of the documents, taken out of them and run in a real nginx, Apache and HAProxy."""

import os
import re
import shutil
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.service import BROWSER, Service, add_site, known, run, serving, until, view_id

ROOT = Path(__file__).parents[2]
MODULES = Path("/usr/lib/apache2/modules")
VISITOR, OTHER = "127.0.0.2", "127.0.0.3"
LEFT_OUT = "dropped; reason=excluded-address"
IDLE_FOR = 100.0 if os.environ.get("SOAK") else 20.0
"""Seconds: longer than the 15 after which the recipes cut what is silent."""
NGINX = """daemon off; master_process off; worker_processes 1; pid {folder}/pid; error_log {folder}/error.log;
events {{ worker_connections 256; }}
http {{ access_log off; client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
fastcgi_temp_path {folder}/fastcgi; uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
{recipe}
}}
"""
APACHE = """ServerRoot {folder}
PidFile {folder}/pid
ErrorLog {folder}/error.log
DefaultRuntimeDir {folder}
ServerName localhost
User {user}
Group {group}
{modules}
Listen 127.0.0.1:{port}
{recipe}
"""
REQUEST = "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=tk.example.vn"
LOADED = "mpm_event authz_core headers proxy proxy_http reqtimeout socache_shmcb ssl"


def recipe(document: str, language: str) -> str:
    found = re.findall(
        rf"^```{language}\n(.*?)^```", (ROOT / document).read_text("utf-8"), re.DOTALL | re.MULTILINE
    )
    assert len(found) == 1
    return found[0]


def free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@dataclass
class Proxy:
    """A running proxy, asked over TLS as a visitor asks it."""

    port: int
    prefix: str
    errors: Path
    is_tls: bool

    def connect(self, source: str = VISITOR) -> socket.socket:
        plain = socket.create_connection(("127.0.0.1", self.port), timeout=60, source_address=(source, 0))
        if not self.is_tls:
            return plain
        context = ssl.create_default_context()
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        return context.wrap_socket(plain, server_hostname="tk.example.vn")

    def ask(self, method: str, path: str, *headers: str, source: str = VISITOR, body: bytes = b"") -> bytes:
        lines = [
            f"{method} {self.prefix}{path} HTTP/1.1",
            "Host: tk.example.vn",
            "Connection: close",
            *headers,
        ]
        lines += [f"Content-Length: {len(body)}"] if body else []
        heard = b""
        with closing(self.connect(source)) as stream:
            stream.sendall("\r\n".join(lines).encode() + b"\r\n\r\n" + body)
            while piece := stream.recv(65536):
                heard += piece
        return heard

    def verdict(
        self, site: str, *headers: str, source: str = VISITOR, agent: dict[str, str] = BROWSER
    ) -> str:
        body = f'{{"k":"v","s":"{site}","i":"{view_id()}","u":"https://x.example.vn/"}}'.encode()
        sent = [*(f"{name}: {value}" for name, value in agent.items()), *headers]
        heard = self.ask("POST", "/v", *sent, source=source, body=body).decode("latin-1")
        match = re.search(r"^x-vstats: (.*?)\r?$", heard, re.IGNORECASE | re.MULTILINE)
        return match.group(1) if match else heard


def tool(name: str, package: str) -> str:
    found = shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin")
    assert found, f"apt-get install {package}"
    return found


@contextmanager
def running(command: list[str], proxy: Proxy) -> Iterator[Proxy]:
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    assert process.stderr is not None

    def is_up() -> bool:
        try:
            return b" 200 " in proxy.ask("GET", "/health")[:20]
        except OSError:
            return False

    try:
        assert until(is_up, bool), (process.poll(), proxy.errors.read_text() if proxy.errors.exists() else "")
        yield proxy
    finally:
        process.terminate()
        process.wait(30)
        process.stderr.close()


def settled(text: str, service: Service, port: int, folder: Path) -> str:
    """The recipe for this machine: its ports and its certificate."""
    for old, new in (
        ("127.0.0.1:8787", service.url.removeprefix("http://")),
        ("listen 443 ssl", f"listen 127.0.0.1:{port} ssl"),
        ("*:443", f"*:{port}"),
        ("/etc/ssl/tk.example.vn.pem", f"{folder}/cert.pem"),
        ("/etc/ssl/tk.example.vn.key", f"{folder}/key.pem"),
    ):
        text = text.replace(old, new)
    return text


@contextmanager
def nginx(folder: Path, service: Service, text: str, *, within_site: bool = False) -> Iterator[Proxy]:
    folder.mkdir()
    certify(folder)
    port = free_port()
    text = settled(text, service, port, folder)
    if within_site:
        text = f"server {{ listen 127.0.0.1:{port};\n{text} }}"
    (folder / "nginx.conf").write_text(NGINX.format(folder=folder, recipe=text))
    proxy = Proxy(port, "/stats" if within_site else "", folder / "error.log", not within_site)
    command = [
        tool("nginx", "nginx-light"),
        "-c",
        str(folder / "nginx.conf"),
        "-e",
        str(folder / "error.log"),
    ]
    with running(command, proxy):
        yield proxy


@contextmanager
def apache(folder: Path, service: Service, text: str, *, within_site: bool = False) -> Iterator[Proxy]:
    folder.mkdir()
    certify(folder)
    port = free_port()
    text = settled(text, service, port, folder)
    modules = "\n".join(f"LoadModule {name}_module {MODULES}/mod_{name}.so" for name in LOADED.split())
    whole = APACHE.format(
        folder=folder, user="www-data", group="www-data", modules=modules, port=port, recipe=text
    )
    (folder / "apache.conf").write_text(whole)
    proxy = Proxy(port, "/stats" if within_site else "", folder / "error.log", not within_site)
    with running([tool("apache2", "apache2"), "-f", str(folder / "apache.conf"), "-DFOREGROUND"], proxy):
        yield proxy


@contextmanager
def haproxy(folder: Path, service: Service, text: str) -> Iterator[Proxy]:
    folder.mkdir()
    certify(folder)
    pem = folder / "both.pem"
    pem.write_text((folder / "cert.pem").read_text() + (folder / "key.pem").read_text())
    port = free_port()
    text = settled(text, service, port, folder)
    text = text.replace("bind :443", f"bind 127.0.0.1:{port}").replace(
        "/etc/haproxy/tk.example.vn.pem", str(pem)
    )
    (folder / "haproxy.cfg").write_text(text)
    command = [tool("haproxy", "haproxy"), "-db", "-f", str(folder / "haproxy.cfg")]
    with running(command, Proxy(port, "", folder / "error.log", True)) as proxy:
        proxy.errors.write_text("")
        yield proxy


def certify(folder: Path) -> None:
    subprocess.run(
        [*REQUEST.split(), "-keyout", str(folder / "key.pem"), "-out", str(folder / "cert.pem")],
        check=True,
        capture_output=True,
    )


@dataclass
class Stage:
    """The service and each proxy in front of it; OTHER is an address that the site leaves out."""

    service: Service
    site: str
    proxies: dict[str, Proxy]


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    folder = tmp_path_factory.mktemp("proxies")
    for one in (folder, *folder.parents[:2]):
        one.chmod(0o755)
    with ExitStack() as stack:
        # One address alone is a proxy's, so that others of this machine are visitors'.
        env = {"ANALYTICS_TRUSTED_PROXIES": "127.0.0.1/32"}
        service = stack.enter_context(serving(folder / "data", env=env))
        site = add_site(service.data, "x.example.vn")["public_id"]
        known(service, site)
        assert run("site", "rules", site, "--excluded-address", OTHER, data=service.data).returncode == 0
        own, within = recipe("docs/operating.md", "nginx"), recipe("docs/snippet.md", "nginx")
        assert own.count("$remote_addr;") == 1
        with_port = own.replace("$remote_addr;", "$remote_addr:$remote_port;")
        proxies = {
            "nginx": stack.enter_context(nginx(folder / "nginx", service, own)),
            "nginx that names the port": stack.enter_context(nginx(folder / "port", service, with_port)),
            "nginx under a path": stack.enter_context(
                nginx(folder / "n2", service, within, within_site=True)
            ),
            "haproxy": stack.enter_context(
                haproxy(folder / "haproxy", service, recipe("docs/operating.md", "haproxy"))
            ),
            "apache": stack.enter_context(
                apache(folder / "apache", service, recipe("docs/operating.md", "apache"))
            ),
            "apache under a path": stack.enter_context(
                apache(folder / "a2", service, recipe("docs/snippet.md", "apache"), within_site=True)
            ),
        }
        yield Stage(service, site, proxies)


def test_each_recipe_brings_the_visitors_own_address(stage: Stage) -> None:
    for name, proxy in stage.proxies.items():

        def left_out(which: Proxy = proxy) -> str:
            return which.verdict(stage.site, source=OTHER)

        assert until(left_out, LEFT_OUT.__eq__) == LEFT_OUT, name
        assert proxy.verdict(stage.site) == "counted", name
        # What a visitor claims to be is not believed.
        assert proxy.verdict(stage.site, f"X-Forwarded-For: {OTHER}") == "counted", name
        assert proxy.verdict(stage.site, f"Forwarded: for={OTHER}") == "counted", name


def test_each_recipe_says_by_which_protocol_it_was_asked(stage: Stage) -> None:
    bare = {"User-Agent": BROWSER["User-Agent"]}
    for name, proxy in stage.proxies.items():
        verdict = "dropped; reason=bot" if proxy.is_tls else "counted"
        assert proxy.verdict(stage.site, agent=bare) == verdict, name
        # Nor is a visitor's own word for it taken.
        forged = "http" if proxy.is_tls else "https"
        assert proxy.verdict(stage.site, f"X-Forwarded-Proto: {forged}", agent=bare) == verdict, name


@pytest.mark.timeout(300)
def test_a_quiet_stream_stays_open_through_each_recipe(stage: Stage) -> None:
    path = f"/api/v1/sites/{stage.site}/stream"
    with ExitStack() as stack:
        streams = {}
        for name, proxy in stage.proxies.items():
            stream = streams[name] = stack.enter_context(closing(proxy.connect()))
            stream.sendall(f"GET {proxy.prefix}{path} HTTP/1.1\r\nHost: tk.example.vn\r\n\r\n".encode())
            heard = b""
            while b"event: counts" not in heard:
                piece = stream.recv(65536)
                assert piece, (name, heard)
                heard += piece
        deadline = time.monotonic() + IDLE_FOR
        while (left := deadline - time.monotonic()) > 0:
            time.sleep(min(1.0, left))
        stage.service.beacon(stage.site, "https://x.example.vn/", {"X-Forwarded-For": "203.0.113.99"})
        for name, stream in streams.items():
            heard = b""
            while b"event: counts" not in heard:
                piece = stream.recv(65536)
                assert piece, (name, heard)
                heard += piece
    for name, proxy in stage.proxies.items():
        assert "timed out" not in proxy.errors.read_text(), name
