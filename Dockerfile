# The feed process (docs/feeds.md), for a container service. Node 24 runs the TypeScript sources as they are.
FROM node:24-slim
ENV NODE_ENV=production
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev --omit=optional
COPY config config
COPY lib lib
COPY cli/feeds.ts cli/feeds.ts
COPY cli/feeds cli/feeds
USER node
# Without arguments the feeds of the initiator's key. A second container with `--only coreclient`, under a role of its own,
# listens with the approver's: no process is to hold both.
ENTRYPOINT ["node", "cli/feeds.ts"]
