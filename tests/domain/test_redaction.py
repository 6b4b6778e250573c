"""What is a secret in a path or a title, and what is a page."""

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics_service.domain.redaction import TOKEN, redact

BASE62 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
SECRET_WORDS = ("reset", "verify-email", "token", "resetPassword", "invite", "auth", "session")
# Syllables of Vietnamese without its signs, as slugs have them.
SYLLABLES = (
    "an ba bao bien bo cac can chinh cho chu cong cua dan dang dau dich do du duong giai giang gio ha hai "
    "hanh hoa hoc hoi huong huyen kha khai khoa kinh ky la lam lap luat luong minh moi mua nam nang nghe "
    "nghi nghiep nguyen nguoi nha nhan nhung o oan ong pha phap phat phong phu quan quang quoc quy quyet "
    "ra sach so suc ta tam tang thanh the thi thong thu thuy tien tin toan tran trinh trong truong tu tuyen "
    "ubnd hdnd qd tt nd cp btttt ung uy va van ve vien viet vinh vu vung xa xay xin xuan y yen yeu"
).split()

PAGES = [
    "/author/tran-quoc-toan-1990",
    "/author/nguyen-thi-minh-khai-1986",
    "/author/le-van-tam-2001-viet",
    "/session/phien-hop-thu-12-khoa-x",
    "/key/khoa-hoc-cong-nghe-2026-2030",
    "/keynote/hoi-nghi-chuyen-doi-so-2026",
    "/confirmed/danh-sach-hoc-sinh-lop-10-nam-2026",
    "/van-ban/01-2026-TT-BTTTT-ngay-20-11-2026",
    "/van-ban/QD-UBND-BTTTT-VPCP-NNPTNT-2026",
    "/ho-so/000.00.19.H29-261120-0012",
    "/chi-tiet/123456789012345678901234567",
    "/san-pham/507f1f77bcf86cd799439011",
    "/bai/550e8400-e29b-41d4-a716-446655440000",
    # What the privacy page says is not masked: numbers of an identity card, a phone, an insurance.
    "/ho-so/079203001234",
    "/lien-he/0912345678",
    "/bhxh/DN4797912345678",
    "/bai/GioiThieuChungVeThanhPho2026",
    # A short random part stays, however long the words before it are.
    "/trang/ban-tin-thang-muoi-mot-nam-xK7qZ9rT2m",
    "/may/laptop-asus-rog-strix-g16-g614jv-n3135w",
    "/may/sm-s918bzk-256gb-8gb-rtx4060ti",
    "/may/iphone15promax256gb-chinh-hang",
    "/anh/IMG_20261120_103000123.jpg",
    "/anh/logo@2x.png",
    "/anh/banner@1.5x.min.webp",
    "/goi/vue@3.4.1/dist",
    "/goi/vue@3.min.js",
    "/@nguyen/bai-viet.html",
]
SECRETS = [
    ("/author/an.nguyen@example.vn", "/author/[email]"),
    ("/huy/an@163.com", "/huy/[email]"),
    ("/huy/an@example.vn.html", "/huy/[email]"),
    ("Lien he: an@example.vn.", "Lien he: [email]"),
    ("/reset/550e8400-e29b-41d4-a716-446655440000", "/reset/[token]"),
    ("/reset/507f1f77bcf86cd799439011", "/reset/[token]"),
    ("/token/1234567890123456", "/token/[token]"),
    ("/verify/9f86d081884c7d659a2f", "/verify/[token]"),
    ("/chia-se/V1StGXR8Z5jdHi6BmyTaQ", "/chia-se/[token]"),
    ("/trang/ban-tin-5f2b8c1e9d4a7063b8e2c5d1f0a94e67", "/trang/ban-tin-[token]"),
    ("/trang/ba-5f2b8c1e9d4a7063b8e2c5d1f0a94e67-va", "/trang/ba-[token]-va"),
    ("/huy/an@thu.m4.vn", "/huy/[email]"),
    ("/tep/5f2b8c1e9d4a7063b8e2c5d1f0a94e67.pdf", "/tep/[token].pdf"),
    ("/t/eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.abc", "/t/[token]"),
]


@pytest.mark.parametrize("page", PAGES)
def test_what_can_be_read_is_a_page(page: str) -> None:
    assert redact(page) == page


@pytest.mark.parametrize(("text", "kept"), SECRETS)
def test_addresses_and_random_words_are_taken_out(text: str, kept: str) -> None:
    assert redact(text) == kept


slugs = st.lists(
    st.one_of(st.sampled_from(SYLLABLES), st.integers(0, 99_999_999).map(str)), min_size=1, max_size=20
).map("-".join)


@given(slugs, st.sampled_from((*SECRET_WORDS, "author", "tin-tuc")), st.sampled_from(("", ".html", "/")))
@settings(derandomize=True, deadline=None, max_examples=1_000)
def test_words_joined_by_hyphens_are_never_masked(slug: str, folder: str, ending: str) -> None:
    for page in (f"/{folder}/{slug}{ending}", f"/{slug.upper()}{ending}", f"/{slug.title()}{ending}"):
        assert redact(page) == page


@pytest.mark.parametrize("length", [20, 22, 27, 32, 43, 64])
@pytest.mark.parametrize("alphabet", [BASE62, "0123456789abcdef", "0123456789ABCDEF"])
def test_random_tokens_are_masked_wherever_they_stand(alphabet: str, length: int) -> None:
    random = Random(length)
    tokens = ["".join(random.choices(alphabet, k=length)) for _ in range(5_000)]
    for folder in ("chia-se", "reset"):
        kept = [token for token in tokens if redact(f"/{folder}/{token}") != f"/{folder}/{TOKEN}"]
        # By chance, one of some thousands can be read.
        assert len(kept) <= 5, kept


@pytest.mark.parametrize("length", [22, 32, 43])
def test_random_tokens_with_hyphens_in_them_are_masked(length: int) -> None:
    random = Random(length)
    tokens = ["".join(random.choices(BASE62 + "-_", k=length)) for _ in range(5_000)]
    for folder in ("chia-se", "reset"):
        kept = [token for token in tokens if TOKEN not in redact(f"/{folder}/{token}")]
        assert len(kept) <= 200, len(kept)
