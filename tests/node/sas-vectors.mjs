// Signs with Microsoft's own signer: reads a JSON list of keys, prints what it signed for each. The delegation key opens
// nothing. `version` is that of our signer. sas-vectors.json was made by
// echo '["a/b.txt", ...]' | node sas-vectors.mjs.
import { text as read } from 'node:stream/consumers';
import { BlobSASPermissions, SASProtocol, generateBlobSASQueryParameters } from '@azure/storage-blob';

const version = '2025-05-05';
const account = 'someaccount';
const container = 'some-container';
const at = Date.UTC(2026, 2, 1, 12, 0, 0);
const day = 86_400_000;
const key = {
  signedObjectId: '11111111-1111-1111-1111-111111111111', signedTenantId: '22222222-2222-2222-2222-222222222222',
  signedStartsOn: new Date(at), signedExpiresOn: new Date(at + day), signedService: 'b', signedVersion: version,
  value: Buffer.alloc(32, 7).toString('base64'),
};
const keys = JSON.parse(await read(process.stdin));
const grants = keys.flatMap(name => [
  { verb: 'Get', key: name, permissions: 'r' },
  { verb: 'Get', key: name, permissions: 'r', type: 'text/html; charset=utf-8', disposition: 'inline; filename="a b"' },
  { verb: 'Head', key: name, permissions: 'r' },
  { verb: 'Put', key: name, permissions: 'cw' },
  { verb: 'Put', key: name, permissions: 'c', createOnly: true },
  { verb: 'Put', key: name, permissions: 'cw', scope: 'customer-key', range: '203.0.113.0-203.0.113.255' },
]);
const vectors = grants.map(grant => ({
  ...grant,
  query: generateBlobSASQueryParameters({
    containerName: container, blobName: grant.key, permissions: BlobSASPermissions.parse(grant.permissions),
    protocol: SASProtocol.Https, startsOn: new Date(at - 600_000), expiresOn: new Date(at + 900_000), version,
    contentType: grant.type, contentDisposition: grant.disposition, encryptionScope: grant.scope,
    ipRange: grant.range && { start: grant.range.split('-')[0], end: grant.range.split('-')[1] },
  }, key, account).toString(),
}));
console.log(JSON.stringify({
  account, container, at: new Date(at).toISOString(), seconds: 900, key: key.value, objectId: key.signedObjectId,
  tenantId: key.signedTenantId, version, vectors,
}, null, 1));
