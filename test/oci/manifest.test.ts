import { describe, expect, it } from 'vitest';
import { digestOf, imageId } from '../../scripts/oci/digest.ts';
import {
  configPlatform,
  InvalidManifest,
  isAttestation,
  isForeignLayer,
  MEDIA,
  parseManifest,
} from '../../scripts/oci/manifest.ts';

const D = digestOf(Buffer.from('x'));
const bytes = (value: unknown) => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value));
const image = { schemaVersion: 2, config: { mediaType: MEDIA.ociConfig, digest: D, size: 2 }, layers: [] };

describe('manifests', () => {
  it('an image manifest without layers, its type from the header', () => {
    const found = parseManifest(bytes(image), `${MEDIA.dockerManifest}; charset=utf-8`);
    expect(found).toMatchObject({ kind: 'manifest', mediaType: MEDIA.dockerManifest, layers: [] });
  });

  it('the type inside the bytes wins over the header', () => {
    const found = parseManifest(bytes({ ...image, mediaType: MEDIA.ociManifest }), MEDIA.dockerManifest);
    expect(found.mediaType).toBe(MEDIA.ociManifest);
  });

  it('a platform in words that a shell would obey is none', () => {
    const platform = { os: 'linux', architecture: 'amd64 $(touch pwn)' };
    const index = { schemaVersion: 2, manifests: [{ digest: D, size: 1, platform }] };
    expect(parseManifest(bytes(index))).toEqual({
      kind: 'index',
      mediaType: MEDIA.ociIndex,
      manifests: [{ mediaType: '', digest: D, size: 1 }],
    });
  });

  it('an index with an attestation', () => {
    const index = {
      schemaVersion: 2,
      mediaType: MEDIA.ociIndex,
      manifests: [
        {
          mediaType: MEDIA.ociManifest,
          digest: D,
          size: 1,
          platform: { os: 'linux', architecture: 'arm64', variant: 'v8' },
        },
        {
          mediaType: MEDIA.ociManifest,
          digest: D,
          size: 1,
          platform: { os: 'unknown', architecture: 'unknown' },
          annotations: { 'vnd.docker.reference.type': 'attestation-manifest' },
        },
      ],
    };
    const found = parseManifest(bytes(index));
    expect(found.kind === 'index' && found.manifests.map(isAttestation)).toEqual([false, true]);
  });

  it.each([
    ['no JSON', '{'],
    ['not a JSON object', '[]'],
    ['schema 1', { schemaVersion: 1, fsLayers: [] }],
    ['neither', { schemaVersion: 2 }],
    ['no sha256 digest', { ...image, config: { digest: 'sha512:aa', size: 1 } }],
    ['has no size', { ...image, layers: [{ digest: D, size: -1 }] }],
    ['has no size', { ...image, layers: [{ digest: D, size: '12' }] }],
    ['not JSON', Buffer.from([0xff, 0xfe])],
  ])('refused: %s', (_why, value) => {
    expect(() => parseManifest(Buffer.isBuffer(value) ? value : bytes(value))).toThrow(InvalidManifest);
  });

  it.each([
    ['application/vnd.docker.image.rootfs.foreign.diff.tar.gzip', true],
    ['application/vnd.oci.image.layer.nondistributable.v1.tar+gzip', true],
    ['application/vnd.oci.image.layer.v1.tar+zstd', false],
  ])('foreign layer %s: %s', (mediaType, foreign) => {
    const urls = ['https://elsewhere.example/x'];
    expect(isForeignLayer({ mediaType, digest: D, size: 1, urls })).toBe(foreign);
    expect(isForeignLayer({ mediaType, digest: D, size: 1 })).toBe(false);
    expect(isForeignLayer({ mediaType, digest: D, size: 1, urls: [] })).toBe(false);
  });
});

it.each([
  [
    bytes({ os: 'linux', architecture: 'arm', variant: 'v7' }),
    { os: 'linux', architecture: 'arm', variant: 'v7' },
  ],
  [bytes({ os: 'linux' }), undefined],
  [bytes({ os: 'linux', architecture: 'amd64', variant: '' }), { os: 'linux', architecture: 'amd64' }],
  [bytes({ os: 'linux', architecture: 'amd64 $(touch pwn)' }), undefined],
  [bytes({ os: 'lin\u001b[2Jux', architecture: 'amd64' }), undefined],
  [bytes({ os: 'linux', architecture: 'arm', variant: 'v7;id' }), undefined],
  [bytes('not JSON'), undefined],
])('the platform that a config says', (config, expected) => {
  expect(configPlatform(config)).toEqual(expected);
});

it('an image id is the same bare and with its algorithm', () => {
  const hex = D.slice(7);
  expect(imageId(`${hex}\n`)).toBe(D);
  expect(imageId(D)).toBe(D);
  expect(imageId('abc')).toBeUndefined();
});
