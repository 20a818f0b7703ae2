# The worker as a container: docker build -t sluice . && docker run -p 8083:8083 -e CONNECT_BOOTSTRAP_SERVERS=... sluice
FROM node:24-bookworm-slim AS build
WORKDIR /build
# Dependencies first: they change less often than the sources.
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts
COPY tsconfig.json ./
COPY bin bin
COPY runtime runtime
COPY connectors connectors
COPY rest-api rest-api
# The image has its own Node: the optional packages that bring one to older machines are left out.
RUN node_modules/.bin/tsc -p tsconfig.json \
 && npm prune --omit=dev --ignore-scripts \
 && rm -rf node_modules/node-linux-* node_modules/.bin/node dist/.tsbuildinfo

FROM node:24-bookworm-slim
LABEL org.opencontainers.image.title="Sluice" \
      org.opencontainers.image.description="A Kafka Connect-compatible sink worker for Google Cloud Storage" \
      org.opencontainers.image.licenses="Apache-2.0"
# As in bin/find-node.sh.
ENV NODE_ENV=production NODE_OPTIONS=--max-semi-space-size=2 MALLOC_ARENA_MAX=2 MALLOC_MMAP_THRESHOLD_=131072
WORKDIR /opt/sluice
COPY LICENSE package.json ./
COPY --from=build /build/node_modules node_modules
COPY --from=build /build/dist dist
COPY bin bin
# The image's user node, by number so that runAsNonRoot can be checked.
USER 1000:1000
EXPOSE 8083
# Where the worker listens elsewhere or with TLS, SLUICE_HEALTH_URL says where.
ENV SLUICE_HEALTH_URL=http://127.0.0.1:8083/health
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 \
  CMD ["node", "-e", "fetch(process.env.SLUICE_HEALTH_URL).then((a) => process.exit(a.ok ? 0 : 1), () => process.exit(1))"]
# The worker is process 1, so SIGTERM reaches it: it finishes or abandons its objects, commits and leaves its groups. Give
# it the time to: docker stop -t 60, terminationGracePeriodSeconds: 60. Arguments: a properties file, or a command of bin/
# with its arguments; CONNECT_* variables are added to the file (see bin/container.ts).
ENTRYPOINT ["node", "/opt/sluice/dist/bin/container.js"]
