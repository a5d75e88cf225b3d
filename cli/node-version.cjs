'use strict';
// Read by any Node, before anything that only the right one can read. On Linux that one is installed with everything else.
const needed = 24;
if (Number.parseInt(process.versions.node, 10) < needed) {
  console.error(`Node ${needed} or newer is needed here; this is Node ${process.versions.node}.`);
  process.exit(1);
}
