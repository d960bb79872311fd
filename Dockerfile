# Builds with any OCI builder: docker build -t tallyboard .
FROM docker.io/library/rust:1.95-slim-bookworm AS build
WORKDIR /build

# The dependencies alone: this layer is built anew only when they change.
COPY Cargo.toml Cargo.lock ./
RUN mkdir -p src benches tests/tallyboard \
    && echo 'fn main() {}' > src/main.rs \
    && echo 'fn main() {}' > benches/figures.rs \
    && echo 'fn main() {}' > tests/tallyboard/main.rs \
    && touch src/lib.rs \
    && cargo build --release --locked \
    && rm -r src

COPY src src
COPY integrations.txt ./
# The empty stand-ins above are newer than the sources.
RUN touch src/main.rs src/lib.rs && cargo build --release --locked

FROM docker.io/library/debian:bookworm-slim
RUN apt-get update \
    && apt-get install --yes --no-install-recommends ca-certificates \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --home-dir /app tallyboard \
    && mkdir -p /app/data \
    && chown tallyboard /app/data
WORKDIR /app
COPY --from=build /build/target/release/tallyboard /usr/local/bin/tallyboard
COPY integrations.txt ./
USER tallyboard
ENV HOST=0.0.0.0 PORT=8080 ENVIRONMENT=production DATA_DIR=/app/data
EXPOSE 8080
HEALTHCHECK --interval=30s --timeout=5s --start-period=10s CMD ["tallyboard", "healthcheck"]
ENTRYPOINT ["tallyboard"]
