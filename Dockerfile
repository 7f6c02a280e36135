# The product in one image: the web by default, the worker with another command (see docs/cloud-hosting.md).
# By its release, or from a mirror, or by digest: --build-arg BASE=python:3.11.14-slim-trixie@sha256:… (docs/deployment.md).
ARG BASE=python:3.11.14-slim-trixie
FROM ${BASE}

# Mirrors, where the public ones are slow: a host of Debian's packages, an index of Python's. Neither is kept in the image.
ARG APT_MIRROR=
ARG PIP_INDEX_URL

# `flask backup` asks pg_dump, which has to be as new as the server: that of Debian 13 knows PostgreSQL up to 17.
RUN if [ -n "$APT_MIRROR" ]; then sed -i "s/deb.debian.org/$APT_MIRROR/g" /etc/apt/sources.list.d/debian.sources; fi \
    && apt-get update \
    && apt-get install -y --no-install-recommends postgresql-client \
    && rm -rf /var/lib/apt/lists/*

# Production unless told otherwise: without its secrets it refuses to start, instead of serving with the demo's.
ENV APP_ENV=production PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 FLASK_SKIP_DOTENV=1 \
    FLASK_APP=backend.app:create_app \
    HOST=0.0.0.0 PORT=8080 DATA_DIR=/data

WORKDIR /app
COPY requirements.txt ./
RUN pip install --no-cache-dir --require-hashes -r requirements.txt

COPY backend ./backend
COPY gunicorn.conf.py Procfile ./

# Nobody in the image may change the program; /data holds SQLite and pictures where nothing else is configured.
RUN useradd --system --uid 10001 --no-create-home dianliang \
    && install -d -o dianliang -g dianliang -m 700 /data
USER dianliang
VOLUME /data
EXPOSE 8080

HEALTHCHECK --interval=30s --timeout=3s --start-period=20s \
    CMD python -c "import os, urllib.request as u; u.urlopen('http://127.0.0.1:%s/healthz' % os.environ['PORT'], timeout=2)"

# The database is brought up to date before the first request; a second start finds nothing to do.
CMD ["sh", "-c", "flask db upgrade && exec gunicorn 'backend.app:create_app()'"]
