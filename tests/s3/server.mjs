// A server of S3 over TLS for tests: node server.mjs FOLDER CERTIFICATE KEY. It listens on a free
// port of the loopback and prints that as its only line. Access key and secret are S3RVER.
import fs from 'node:fs';
import S3rver from 's3rver';

const [folder, certificate, key] = process.argv.slice(2);
const server = new S3rver({
  address: '127.0.0.1',
  port: 0,
  silent: true,
  directory: folder,
  cert: fs.readFileSync(certificate),
  key: fs.readFileSync(key),
  configureBuckets: [{name: 'archive'}],
});
const {port} = await server.run();
process.stdout.write(`${port}\n`);
