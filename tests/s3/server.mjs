// A server of S3 over TLS for tests: node server.mjs FOLDER CERTIFICATE KEY [PORT]. It listens on the
// port, or on a free one, of the loopback and prints that as its only line. Access key and secret are
// S3RVER.
//
// s3rver stores and lists, but does not check signatures of version 4, and it ignores conditions.
// So what stands before it signs each request again with another implementation and compares. A
// name with `raced-before` or `raced-after` gets other bytes just before a put, which is answered
// as a server does that honours conditions, or just after it, as by one that ignores them.
import {createHash} from 'node:crypto';
import fs from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import {buffer} from 'node:stream/consumers';
import aws4 from 'aws4';
import S3rver from 's3rver';

const [folder, certificate, key, port] = process.argv.slice(2);
const secrets = {accessKeyId: 'S3RVER', secretAccessKey: 'S3RVER'};
const other = Buffer.from('bytes of somebody else');

const behind = new S3rver({
  address: '127.0.0.1',
  port: 0,
  silent: true,
  directory: folder,
  configureBuckets: [{name: 'archive'}],
});
const {port: portBehind} = await behind.run();

function mistake(request, body) {
  const given = request.headers.authorization ?? '';
  const [, region, names] =
    /\/\d{8}\/([^/]+)\/s3\/aws4_request, SignedHeaders=([^,]+),/.exec(given) ?? [];
  if (!region) return 'AccessDenied';
  for (const needed of ['host', 'x-amz-date', 'x-amz-content-sha256']) {
    if (!names.split(';').includes(needed)) return 'AccessDenied';
  }
  const headers = Object.fromEntries(names.split(';').map((n) => [n, request.headers[n]]));
  const signed = aws4.sign(
    {service: 's3', region, method: request.method, path: request.url, headers}, secrets);
  if (signed.headers.Authorization !== given) return 'SignatureDoesNotMatch';
  const hash = createHash('sha256').update(body).digest('hex');
  return hash === headers['x-amz-content-sha256'] ? '' : 'XAmzContentSHA256Mismatch';
}

function ask({method, url, headers}, body) {
  return new Promise((done, failed) => {
    const {authorization, ...rest} = headers;
    const length = method === 'PUT' ? {'content-length': body.length} : {};
    const asked = http.request(
      {port: portBehind, host: '127.0.0.1', method, path: url, headers: {...rest, ...length}},
      async (answer) => done([answer.statusCode, answer.headers, await buffer(answer)]));
    asked.on('error', failed);
    asked.end(body);
  });
}

async function answer(request, response) {
  const body = await buffer(request);
  const code = mistake(request, body);
  if (code) {
    response.writeHead(403).end(`<Error><Code>${code}</Code></Error>`);
    return;
  }
  if (request.method === 'PUT' && request.url.includes('raced-before')) {
    await ask(request, other);
    response.writeHead(412).end('<Error><Code>PreconditionFailed</Code></Error>');
    return;
  }
  const [status, headers, bytes] = await ask(request, body);
  if (request.method === 'PUT' && request.url.includes('raced-after')) await ask(request, other);
  response.writeHead(status, {...headers, 'content-length': bytes.length}).end(bytes);
}

const front = https.createServer(
  {cert: fs.readFileSync(certificate), key: fs.readFileSync(key)},
  (request, response) => answer(request, response).catch(() => response.destroy()));
front.listen(Number(port ?? 0), '127.0.0.1', () => process.stdout.write(`${front.address().port}\n`));
