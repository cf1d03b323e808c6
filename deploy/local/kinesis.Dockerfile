# A Kinesis in memory, with the packages of the tests. Build it in the project's directory (README.md).
ARG NODE_SHA256
FROM docker.io/library/node:22.11.0-bookworm-slim@sha256:${NODE_SHA256}

WORKDIR /kinesis
COPY src/test/kinesalite/package.json src/test/kinesalite/package-lock.json ./
RUN npm ci --omit=optional --ignore-scripts --no-audit --no-fund
COPY deploy/local/streams.js ./

USER 1000:1000
EXPOSE 4567
CMD ["node_modules/.bin/kinesalite", "--port", "4567"]
