// Signs with Google's own signer: reads a JSON list of keys, prints what it signed for each. The account's key is made
// here, belongs to nobody and opens nothing. goog4-vectors.json was made by
// echo '["a/b.txt", ...]' | node goog4-vectors.mjs.
import { Storage } from '@google-cloud/storage';
import { generateKeyPairSync } from 'node:crypto';
import { text as read } from 'node:stream/consumers';

const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const pem = privateKey.export({ type: 'pkcs8', format: 'pem' });
const email = 'signer@throw-away.iam.gserviceaccount.com';
const storage = new Storage({ projectId: 'throw-away', credentials: { client_email: email, private_key: pem } });
const bucket = 'some-bucket';
const at = Date.UTC(2035, 2, 1, 12, 0, 0); // it refuses to sign for the past
const keys = JSON.parse(await read(process.stdin));
const uploadMax = 5 * 2 ** 30; // what a store takes unless its policy says less
const md5 = 'XUFAKrxLKna5cZ2REBfFkg==';
const grants = keys.flatMap(key => [
  { verb: 'Get', key },
  { verb: 'Get', key, type: 'text/html; charset=utf-8', disposition: 'inline; filename="a b.html"' },
  { verb: 'Head', key },
  { verb: 'Put', key },
  { verb: 'Put', key, length: 5, md5, createOnly: true },
]);

const vectors = [];
for (const grant of grants) {
  const headers = {};
  const range = grant.length === undefined ? [0, uploadMax] : [grant.length, grant.length];
  if (grant.verb === 'Put') headers['x-goog-content-length-range'] = range.join(',');
  if (grant.createOnly) headers['x-goog-if-generation-match'] = '0';
  if (grant.md5) headers['content-md5'] = grant.md5;
  const file = storage.bucket(bucket).file(grant.key);
  const when = { version: 'v4', accessibleAt: new Date(at), expires: new Date(at + 900_000) };

  // The public call knows no HEAD; it makes the signer, which does.
  await file.getSignedUrl({ ...when, action: 'read' });
  const url = await file.signer.getSignedUrl({
    ...when,
    method: grant.verb.toUpperCase(),
    extensionHeaders: headers,
    queryParams: {
      ...(grant.type && { 'response-content-type': grant.type }),
      ...(grant.disposition && { 'response-content-disposition': grant.disposition }),
    },
  });
  vectors.push({ ...grant, url });
}

console.log(JSON.stringify({ email, pem, bucket, at: new Date(at).toISOString(), seconds: 900, vectors }, null, 1));
