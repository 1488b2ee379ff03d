# An image of clearshard: what is locked, the wheel with its models, and nothing else.
#
#     docker build --build-arg BASE=docker.io/library/python:3.13-slim@sha256:... -t clearshard .
#
# BASE has no default: a digest written down here would be one that nobody has looked up. How to find
# it, and what LOCK can be: docs/containers.md. It holds no key, and asks for none.
ARG BASE

FROM ${BASE} AS build
ARG BASE
# image: every extra but Ray. cluster: with Ray, and with what KubeRay asks of it.
ARG LOCK=image
RUN case "${BASE}" in *@sha256:*) ;; *) echo "BASE is a tag, which can move: name it with its digest" >&2; exit 1 ;; esac
WORKDIR /build
COPY configs/lock/${LOCK}.txt configs/lock/build.txt configs/lock/
# Wheels alone: nothing that is downloaded runs while it is installed.
RUN python3 -m venv /opt/clearshard \
    && /opt/clearshard/bin/python -m pip install --quiet --no-cache-dir --disable-pip-version-check \
        --only-binary :all: --require-hashes -r configs/lock/${LOCK}.txt
RUN python3 -m venv /build/tools \
    && /build/tools/bin/python -m pip install --quiet --no-cache-dir --disable-pip-version-check \
        --only-binary :all: --require-hashes -r configs/lock/build.txt
COPY pyproject.toml README.md CHANGELOG.md LICENSE ./
COPY configs/lock/sbom.cdx.json configs/lock/
COPY models/ models/
COPY pipeline/ pipeline/
RUN /build/tools/bin/python -m build --wheel --no-isolation --outdir dist . \
    && /opt/clearshard/bin/python -m pip install --quiet --disable-pip-version-check --no-index \
        --no-deps dist/*.whl \
    && /opt/clearshard/bin/python -m pip uninstall --quiet --yes pip

FROM ${BASE}
ARG BASE
LABEL org.opencontainers.image.title="clearshard" \
    org.opencontainers.image.description="The gate between customers' transcripts and training data" \
    org.opencontainers.image.licenses="Apache-2.0" \
    org.opencontainers.image.version="0.1.0" \
    org.opencontainers.image.base.name="${BASE}"
# With a name, since the ledger says who ran; by number, since Kubernetes must see that it is not root.
RUN groupadd --gid 10001 clearshard \
    && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /tmp --shell /usr/sbin/nologin clearshard
# Of root, and nobody else's to change.
COPY --from=build /opt/clearshard /opt/clearshard
ENV PATH=/opt/clearshard/bin:$PATH HOME=/tmp PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1
USER 10001:10001
WORKDIR /srv/clearshard
STOPSIGNAL SIGTERM
# No shell around it: the command itself gets the signals.
ENTRYPOINT ["clearshard"]
CMD ["--help"]
