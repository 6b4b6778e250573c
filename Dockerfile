# Built and run as described in docs/operating.md. tests/test_deployment.py compares it with docker-compose.yml.
FROM python:3.13-slim-trixie AS build
WORKDIR /src
RUN python -m venv /app
# Dependencies first: they change less often than the service.
COPY requirements/run.txt requirements/
RUN /app/bin/pip install --no-cache-dir --require-hashes -r requirements/run.txt
# Extras, also by hash: docker build --build-arg EXTRAS="images places"
ARG EXTRAS=""
COPY requirements/images.txt requirements/places.txt requirements/
RUN for extra in $EXTRAS; do /app/bin/pip install --no-cache-dir --require-hashes -r requirements/$extra.txt || exit 1; done
COPY pyproject.toml README.md LICENSE ./
COPY analytics_service analytics_service
COPY widget/demo.html widget/
COPY widget/dist widget/dist
RUN /app/bin/pip install --no-cache-dir --no-deps --no-build-isolation .

FROM python:3.13-slim-trixie
# PNG images need a font.
ARG EXTRAS=""
RUN case " $EXTRAS " in *" images "*) apt-get update && apt-get install -y --no-install-recommends fonts-dejavu-core && rm -rf /var/lib/apt/lists/* ;; esac
# The number is fixed, so that a volume belongs to the same user in every later image.
RUN groupadd --gid 10001 analytics \
    && useradd --uid 10001 --gid analytics --no-create-home --home-dir /data --shell /usr/sbin/nologin analytics \
    && install --directory --owner=analytics --group=analytics --mode=0700 /data
COPY --from=build /app /app
# Nothing is written outside /data and /tmp: the root file system may be read-only.
ENV PATH=/app/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    ANALYTICS_HOST=0.0.0.0 \
    ANALYTICS_PORT=8787 \
    ANALYTICS_DATA=/data
USER 10001:10001
VOLUME /data
EXPOSE 8787
STOPSIGNAL SIGTERM
# http.client ignores HTTP_PROXY. `docker inspect` shows the answer of /health.
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s --retries=3 CMD ["python", "-c", "import http.client, os, sys; c = http.client.HTTPConnection('127.0.0.1', int(os.environ['ANALYTICS_PORT']), timeout=4); c.request('GET', '/health'); a = c.getresponse(); print(a.read().decode()); sys.exit(a.status != 200)"]
ENTRYPOINT ["analytics-service"]
CMD ["serve"]
