# Builds with any OCI builder: docker build -t tallyboard .
# The data lives in a volume: docker run -p 8080:8080 -v tallyboard:/app/data tallyboard
# Nothing else is written, so that --read-only works.
FROM docker.io/library/rust:1.95-slim-bookworm AS build
WORKDIR /build

# The dependencies alone: this layer is built anew only when they change.
# Cargo wants every target that the manifest names to exist.
COPY Cargo.toml Cargo.lock ./
RUN mkdir -p src benches tests/tallyboard \
    && echo 'fn main() {}' | tee src/main.rs benches/figures.rs tests/tallyboard/main.rs \
    && touch src/lib.rs \
    && cargo build --release --locked \
    && rm -r src

COPY src src
# The empty stand-ins above are newer than the sources.
RUN touch src/main.rs src/lib.rs && cargo build --release --locked

FROM docker.io/library/debian:bookworm-slim
LABEL org.opencontainers.image.title="Tallyboard" \
      org.opencontainers.image.description="Three boards over one Google spreadsheet: integrations leaderboard, deals, customers" \
      org.opencontainers.image.licenses="MIT"
# No VOLUME: some hosts refuse it, and all of them mount one at /app/data without it. A new named volume takes over
# the owner of the folder; a mounted host folder has to belong to 10001.
RUN groupadd --gid 10001 tallyboard \
    && useradd --uid 10001 --gid tallyboard --home-dir /app --no-create-home --shell /usr/sbin/nologin tallyboard \
    && install --directory --owner tallyboard --group tallyboard --mode 0750 /app/data
WORKDIR /app
# The certificates to trust as Google's; the file alone is a fraction of the package with its OpenSSL.
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/
COPY integrations.txt ./
COPY --from=build /build/target/release/tallyboard /usr/local/bin/
# By number, so that a host that insists on an unprivileged user can tell.
USER 10001:10001
ENV HOST=0.0.0.0 ENVIRONMENT=production DATA_DIR=/app/data
EXPOSE 8080
HEALTHCHECK --interval=30s --timeout=5s --start-period=10s CMD ["tallyboard", "healthcheck"]
ENTRYPOINT ["tallyboard"]
