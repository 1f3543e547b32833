# The base image can be replaced: --build-arg NODE_IMAGE=…
ARG NODE_IMAGE=node:22-bookworm-slim

FROM ${NODE_IMAGE} AS build
WORKDIR /opt/mockling
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY tsconfig.json tsdown.config.ts vite.config.ts ./
COPY fixtures/upstream ./fixtures/upstream
COPY src ./src
COPY scripts ./scripts
RUN npm run build
# Replicas need ioredis and bullmq, which elsewhere whoever wants replicas installs: here they are at hand, as the lockfile has
# them. Nobody here reads types and source maps.
RUN npm pkg set --json "dependencies.ioredis=$(npm pkg get devDependencies.ioredis)" \
                       "dependencies.bullmq=$(npm pkg get devDependencies.bullmq)" \
 && npm pkg delete devDependencies peerDependencies peerDependenciesMeta \
 && npm install --ignore-scripts --no-audit --no-fund \
 && find node_modules dist -type f \( -name '*.ts' -o -name '*.mts' -o -name '*.cts' -o -name '*.map' \) -delete \
 && find node_modules -type d -empty -delete \
 && rm dist/code-cache.cjs node_modules/.package-lock.json

FROM ${NODE_IMAGE}
ENV NODE_ENV=production MOCKLING_HOST=0.0.0.0
COPY --from=build /opt/mockling/package.json /opt/mockling/package.json
COPY --from=build /opt/mockling/node_modules /opt/mockling/node_modules
COPY --from=build /opt/mockling/dist /opt/mockling/dist
COPY LICENSE scripts/healthy.mjs /opt/mockling/
RUN ln -s /opt/mockling/dist/cli.cjs /usr/local/bin/mockling && install -d -o 1000 -g 1000 /data
# mockling.config.json, files of --state: what is to last or to be given is mounted here.
WORKDIR /data
# `node` in the base image, as a number for those who forbid root.
USER 1000:1000
EXPOSE 4180
HEALTHCHECK --interval=5s --timeout=2s CMD ["node", "/opt/mockling/healthy.mjs"]
ENTRYPOINT ["mockling"]
