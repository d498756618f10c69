// Takes what names a host out of package-lock.json: the lock pins versions and hashes, wherever they are fetched from.
// Run by `npm run lock` after every change of package.json.
import { readFileSync, writeFileSync } from 'node:fs';

const path = new URL('../package-lock.json', import.meta.url);
const lock = JSON.parse(readFileSync(path, 'utf8'));
for (const entry of Object.values(lock.packages)) {
  delete entry.funding;
  delete entry.resolved;
  delete entry.deprecated;
}
const text = JSON.stringify(lock, null, 2) + '\n';
if (text.includes('://')) throw new Error('package-lock.json still names a host');
writeFileSync(path, text);
