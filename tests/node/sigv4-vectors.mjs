// Signs with Amazon's own signer: reads a JSON list of keys, prints what it signed for each. The access key is the one of
// Amazon's documentation. The client only encodes the path; what it adds of its own (x-id, checksum mode) is left out.
import { text as read } from 'node:stream/consumers';
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { getSignedUrl, S3RequestPresigner } from '@aws-sdk/s3-request-presigner';

const keys = JSON.parse(await read(process.stdin));
const at = new Date(Date.UTC(2026, 2, 1, 12, 0, 0));
const expiresIn = 900;
const token = 'IQoJb3JpZ2luX2VjE+/=';
const md5 = 'XUFAKrxLKna5cZ2REBfFkg==';
const bucket = 'some-bucket';
const region = 'eu-central-1';
const other = 'https://s3.example.test:9443';
const places = [
  {}, { token }, { pathStyle: true }, { token, pathStyle: true, endpoint: other },
].map(place => {
  const credentials = {
    accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY', sessionToken: place.token,
  };
  const client = new S3Client({ region, endpoint: place.endpoint, forcePathStyle: place.pathStyle, credentials });
  return { place, client, signer: new S3RequestPresigner({ ...client.config, region, credentials }) };
});
const grants = [
  { verb: 'Get' },
  { verb: 'Get', type: 'text/html; charset=utf-8', disposition: 'inline; filename="a b.html"' },
  { verb: 'Head' },
  { verb: 'Put', length: 5, md5, createOnly: true },
];

const text = async (signer, url, grant) => {
  const headers = { host: url.host };
  if (grant.length) Object.assign(headers, { 'content-length': '5', 'content-md5': md5, 'if-none-match': '*' });
  const query = {};
  if (grant.type) Object.assign(query, { 'response-content-type': grant.type, 'response-content-disposition': grant.disposition });
  const request = {
    method: grant.verb.toUpperCase(), protocol: url.protocol, hostname: url.hostname, port: url.port ? Number(url.port) : undefined,
    path: url.raw, headers, query,
  };
  const unsigned = new Set(['x-amz-content-sha256']);
  const signed = await signer.presign(request, {
    expiresIn, signingDate: at, unsignableHeaders: unsigned,
    unhoistableHeaders: new Set([...unsigned, ...Object.keys(headers)]),
  });
  const pairs = Object.entries(signed.query).map(([n, v]) => `${encodeURIComponent(n)}=${encode(v)}`);
  return `${url.protocol}//${url.host}${url.raw}?${pairs.join('&')}`;
};
const encode = value => encodeURIComponent(value).replace(/[!'()*]/g, c => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);

const vectors = [];
for (const [index, key] of keys.entries()) {
  const { place, client, signer } = places[index % places.length];
  const theirs = await getSignedUrl(client, new GetObjectCommand({ Bucket: bucket, Key: key }), { expiresIn, signingDate: at });
  const base = new URL(theirs);
  const raw = theirs.slice(theirs.indexOf('/', 'https://'.length), theirs.indexOf('?'));
  const url = { protocol: base.protocol, host: base.host, hostname: base.hostname, port: base.port, raw };
  for (const grant of grants) vectors.push({ ...place, ...grant, key, url: await text(signer, url, grant) });
}
console.log(JSON.stringify({ at: at.toISOString(), seconds: expiresIn, bucket, region, vectors }));
