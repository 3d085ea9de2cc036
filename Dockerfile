# The headless service. docs/service.md has the commands.
FROM node:20-slim AS build
WORKDIR /brushfleet
ENV ELECTRON_SKIP_BINARY_DOWNLOAD=1 PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD=1
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY . .
RUN npx electron-vite build && npm prune --omit=dev

FROM node:20-slim
WORKDIR /brushfleet
ENV NODE_ENV=production BRUSHFLEET_HOME=/library
RUN mkdir /library && chown node:node /library
COPY --from=build /brushfleet/package.json ./
COPY --from=build /brushfleet/node_modules ./node_modules
COPY --from=build /brushfleet/resources ./resources
COPY --from=build /brushfleet/out ./out
USER node
VOLUME /library
EXPOSE 5004
HEALTHCHECK --interval=30s --timeout=5s CMD ["node", "-e", "fetch('http://127.0.0.1:' + (process.env.PORT || 5004) + '/health').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
# A container is reached from outside itself or not at all; who publishes its port decides who can reach it.
ENTRYPOINT ["node", "out/main/cli.js", "serve", "--host", "0.0.0.0", "--allow_plain_http"]
