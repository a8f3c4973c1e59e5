/** Nothing: the memory of Node.js itself. */
console.log(JSON.stringify({ peakMiB: process.resourceUsage().maxRSS / 1024 }));
