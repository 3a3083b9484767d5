/** The least that a function which speaks https and signs has to load. */
const startedAtMs = performance.now();
await import('node:https');
await import('node:crypto');
const { answerFirst } = await import('./first-request.mjs');
const importMs = performance.now() - startedAtMs;

answerFirst((_request, response) => response.writeHead(200).end('{}'), { ...JSON.parse(process.argv[2]), importMs });
