# Builds with any OCI builder: docker build -t tallyboard .
# The data lives in a volume: docker run -p 8080:8080 -v tallyboard:/app/data tallyboard
# Nothing else is written, so that --read-only works.
FROM docker.io/library/rust:1.95-slim-bookworm AS manifests
WORKDIR /workspace
COPY . .
# The manifests with empty crates, and nothing that differs when only sources change: the layer of the dependencies
# below is reused. cargo wants every target that a manifest names to exist.
RUN mkdir /manifests \
    && cp --parents Cargo.toml Cargo.lock crates/*/Cargo.toml /manifests \
    && cd /manifests \
    && for crate in . crates/*; do \
         mkdir -p "$crate/src" && touch "$crate/src/lib.rs" \
         && for target in $(sed -n 's/^path = "\(.*\.rs\)"$/\1/p' "$crate/Cargo.toml"); do \
              mkdir -p "$crate/$(dirname "$target")" && echo 'fn main() {}' > "$crate/$target"; \
            done; \
       done \
    && find . -exec touch --date=@0 {} +

FROM docker.io/library/rust:1.95-slim-bookworm AS build
WORKDIR /build
COPY --from=manifests /manifests .
RUN cargo build --release --locked --package tallyboard
COPY Cargo.toml Cargo.lock ./
COPY src src
COPY crates crates
# The build above is newer than the sources.
RUN find src crates -name '*.rs' -exec touch {} + && cargo build --release --locked --package tallyboard

FROM docker.io/library/debian:bookworm-slim
LABEL org.opencontainers.image.title="Tallyboard" \
      org.opencontainers.image.description="Three boards over one Google spreadsheet: integrations leaderboard, deals, customers" \
      org.opencontainers.image.licenses="MIT"
# No VOLUME: some hosts refuse it, and all of them mount one at /app/data without it. A new named volume takes over
# the owner of the folder; a mounted host folder has to belong to 10001.
RUN groupadd --gid 10001 tallyboard \
    && useradd --uid 10001 --gid tallyboard --home-dir /app --no-create-home --shell /usr/sbin/nologin tallyboard \
    && install --directory --owner tallyboard --group tallyboard --mode 0700 /app/data
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
