/**
 * One cold start: a fresh process that loads a bundle, gives it one event and reports the answer on descriptor 3. Plain
 * CommonJS with nothing of its own to load, so that the bundle is all that is measured.
 */
'use strict';
const { writeSync } = require('node:fs');

const [, , bundleFile, functionName, eventText] = process.argv;
const endMs = performance.now() + 30_000;
const context = {
  awsRequestId: `bench-${process.pid}`,
  functionName,
  getRemainingTimeInMillis: () => endMs - performance.now(),
};

const { handler } = require(bundleFile);
const loadedMs = performance.now();
handler(JSON.parse(eventText), context).then(
  (answer) => {
    const { user, system } = process.cpuUsage();
    writeSync(3, JSON.stringify({ answer, loadedMs, processorMs: (user + system) / 1000 }));
    // Kept connections would hold the process: Lambda freezes it instead.
    process.exit(0);
  },
  (error) => {
    console.error(error);
    process.exit(1);
  },
);
