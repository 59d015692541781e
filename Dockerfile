# The app for others: docker build --tag transcnn . && docker run --publish 8501:8501 transcnn
FROM python:3.13-slim

# A smaller image on a machine without GPU: pass the address of PyTorch's wheels for CPUs, which
# pytorch.org/get-started names, as --build-arg PIP_EXTRA_INDEX_URL=...
ARG PIP_EXTRA_INDEX_URL
ENV PIP_NO_CACHE_DIR=1 PYTHONUNBUFFERED=1

WORKDIR /src
COPY . .
# A PyTorch from that address is compared with no sum of ours; all else is.
RUN if [ -n "$PIP_EXTRA_INDEX_URL" ]; then \
    pip install --no-deps "$(grep -o '^torch==[0-9.]*' requirements/app.txt)"; fi
RUN PIP_EXTRA_INDEX_URL='' python requirements/install.py app \
    && pip install --no-deps --no-build-isolation . ./packages/snapshots && rm -rf /src/*

RUN useradd --no-create-home --home-dir /srv --uid 1000 visitor && chown visitor /srv
USER 1000
WORKDIR /srv

# Address under which others find it: set it where that is not http://localhost:8501.
ENV PUBLIC=http://localhost:8501
EXPOSE 8501
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s CMD ["python", "-c", "import os, urllib.parse, urllib.request; path = urllib.parse.urlsplit(os.environ['PUBLIC']).path.rstrip('/'); urllib.request.urlopen('http://127.0.0.1:8501' + path + '/_stcore/health', timeout=4)"]
CMD ["sh", "-c", "exec transcnn app --host 0.0.0.0 --public \"$PUBLIC\""]
