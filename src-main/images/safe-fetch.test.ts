import type { RequestListener } from 'node:http';
import { networkInterfaces } from 'node:os';
import { pipeline, Readable } from 'node:stream';
import { createGzip, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addressClass } from './private-address';
import { type FetchedImage, fetchImage, type FetchImageOptions } from './safe-fetch';
import { type LoopbackSite, loopbackSite, PUBLIC_ADDRESS, testNetwork } from './testing/loopback-site';
import { sampleImage } from './testing/sample-images';

/** Some containers have none. */
const hasIpv6 = Object.values(networkInterfaces()).some((each) =>
  each?.some(({ address }) => address === '::1'),
);

let picture: Buffer;
let publicSite: LoopbackSite;
let secretSite: LoopbackSite;
const requests: { url: string; headers: Record<string, unknown> }[] = [];

const sendPicture: RequestListener = (_, response) => response.end(picture);
const redirectTo =
  (location: string): RequestListener =>
  (_, response) =>
    response.writeHead(302, { location }).end();

function* zeros(megabytes: number): Generator<Buffer> {
  const megabyte = Buffer.alloc(2 ** 20);
  yield picture;
  for (let sent = 0; sent < megabytes; sent++) yield megabyte;
}

const PAGES: Readonly<Record<string, RequestListener>> = {
  '/cat.png': sendPicture,
  '/gzipped.png': (_, response) =>
    response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(picture)),
  '/page.png': (_, response) =>
    response.writeHead(200, { 'content-type': 'image/png' }).end('<html>not here</html>'),
  '/gone.png': (_, response) => response.writeHead(404).end(picture),
  '/once': redirectTo('/cat.png'),
  '/for-ever': redirectTo('/for-ever'),
  '/to-secret': redirectTo('http://127.0.0.1/secret.png'),
  '/to-secret-name': redirectTo('http://localhost/secret.png'),
  '/to-metadata': redirectTo('http://169.254.169.254/latest/meta-data'),
  '/to-file': redirectTo('file:///etc/passwd'),
  '/to-credentials': redirectTo('http://me:pw@public.test/cat.png'),
  '/again': (_, response) => response.writeHead(302, { location: '/secret.png', connection: 'close' }).end(),
  '/endless.png': (_, response) => {
    const chunk = Buffer.concat([picture, Buffer.alloc(65_536)]);
    const push = (): void => {
      while (!response.destroyed && response.write(chunk));
    };
    response.on('drain', push);
    push();
  },
  '/bomb.png': (_, response) => {
    response.writeHead(200, { 'content-encoding': 'gzip' });
    /* Ten gigabytes, a few megabytes on the wire, made as they are read. */
    pipeline(Readable.from(zeros(10_000)), createGzip({ level: 1 }), response, () => undefined);
  },
  '/silent.png': () => undefined,
  '/trickle.png': (_, response) => {
    const timer = setInterval(() => response.write('x'), 10);
    response.on('close', () => clearInterval(timer));
  },
};

beforeAll(async () => {
  picture = await sampleImage('png', { width: 4, height: 3 });
  publicSite = await loopbackSite((request, response) => {
    requests.push({ url: request.url ?? '', headers: request.headers });
    (PAGES[request.url?.split('?')[0] ?? ''] ?? sendPicture)(request, response);
  });
  secretSite = await loopbackSite(sendPicture, hasIpv6 ? '::' : '127.0.0.1');
});

afterAll(async () => {
  await Promise.all([publicSite.close(), secretSite.close()]);
});

const NAMES = {
  'public.test': [[PUBLIC_ADDRESS]],
  localhost: [['127.0.0.1']],
  'private.test': [['10.1.2.3']],
  'mixed.test': [[PUBLIC_ADDRESS, '127.0.0.1']],
  'rebinding.test': [[PUBLIC_ADDRESS], ['127.0.0.1']],
  'two.test': [['2001:db8::1', PUBLIC_ADDRESS]],
};

async function get(
  url: string,
  options: Partial<FetchImageOptions> = {},
): Promise<FetchedImage & { dialled: string[] }> {
  const network = testNetwork({ publicSite, secretSite, names: NAMES });
  return {
    ...(await fetchImage(url, { allowPrivate: false, network, ...options })),
    dialled: network.dialled,
  };
}

const sentence = (answer: FetchedImage): string => {
  if (answer.kind === 'ok') throw new Error('was fetched');
  expect(answer.failure.kind).toBe('bad_input');
  return answer.failure.message;
};

/** Each becomes an address of this machine; a resolver is asked for none but the names. */
const SECRET_URLS = [
  'http://127.0.0.1/secret.png',
  'http://localhost/secret.png',
  'http://2130706433/secret.png',
  'http://0x7f.1/secret.png',
  'http://0177.0.0.1/secret.png',
  'http://127.1/secret.png',
  'http://①②⑦.0.0.1/secret.png',
  'http://127。0。0。1/secret.png',
  'http://127.0.0.1#@public.test/secret.png',
  'http://[::1]/secret.png',
  'http://[::ffff:127.0.0.1]/secret.png',
  'http://[::ffff:7f00:1]/secret.png',
  'http://LOCALHOST/secret.png',
];

describe('a URL that leads to this machine', () => {
  it.each(SECRET_URLS)('%s is refused before anything is dialled', async (url) => {
    const hits = secretSite.hits();
    const answer = await get(url);
    expect(sentence(answer)).toContain('use --allow_private_urls or the setting Allow private URLs');
    expect(answer.dialled).toEqual([]);
    expect(secretSite.hits()).toBe(hits);
  });

  it.each(SECRET_URLS.filter((url) => !url.includes('ffff') && (hasIpv6 || !url.includes('::1'))))(
    '%s is fetched when private URLs are allowed',
    async (url) => {
      const hits = secretSite.hits();
      expect((await get(url, { allowPrivate: true })).kind).toBe('ok');
      expect(secretSite.hits()).toBe(hits + 1);
    },
  );
});

describe('a name', () => {
  it.each(['http://private.test/x.png', 'http://mixed.test/x.png'])(
    '%s with a private address is refused',
    async (url) => {
      const answer = await get(url);
      expect(sentence(answer)).toContain('leads to a private address');
      expect(answer.dialled).toEqual([]);
    },
  );

  it('that answers publicly, then privately, never reaches the private address', async () => {
    const hits = secretSite.hits();
    const answer = await get('http://rebinding.test/again');
    expect(sentence(answer)).toContain('leads to a private address');
    expect(answer.dialled).toEqual([PUBLIC_ADDRESS]);
    expect(secretSite.hits()).toBe(hits);
  });

  it('whose first address is out of reach is fetched from the next', async () => {
    const network = testNetwork({ publicSite, secretSite, names: NAMES });
    const unreachable: typeof network.connect = (options, callback) =>
      options.hostname === '2001:db8::1'
        ? callback(new Error('unreachable'), null)
        : network.connect(options, callback);
    const answer = await fetchImage('http://two.test/cat.png', {
      allowPrivate: false,
      network: { ...network, connect: unreachable },
    });
    expect(answer.kind).toBe('ok');
  });

  it('that does not exist is said to', async () => {
    expect(sentence(await get('http://nowhere.test/x.png'))).toContain('does not exist');
  });
});

describe('a redirect', () => {
  it.each(['/to-secret', '/to-secret-name', '/to-metadata', '/to-file', '/to-credentials'])(
    '%s is refused',
    async (path) => {
      const hits = secretSite.hits();
      const answer = await get(`http://public.test${path}`);
      expect(answer.kind).toBe('failed');
      expect(answer.dialled).toEqual([PUBLIC_ADDRESS]);
      expect(secretSite.hits()).toBe(hits);
    },
  );

  it('of a host that may be private leads to no other that is', async () => {
    expect((await get('http://localhost/secret.png', { ownHost: 'localhost' })).kind).toBe('ok');
    const hits = secretSite.hits();
    const answer = await get('http://public.test/to-secret', { ownHost: 'public.test' });
    expect(sentence(answer)).toContain('leads to a private address');
    expect(answer.dialled).toEqual([PUBLIC_ADDRESS]);
    expect(secretSite.hits()).toBe(hits);
  });

  it('is followed, at most five times', async () => {
    expect((await get('http://public.test/once')).kind).toBe('ok');
    const hits = publicSite.hits();
    expect(sentence(await get('http://public.test/for-ever'))).toContain('redirects more than 5 times');
    expect(publicSite.hits()).toBe(hits + 6);
  });
});

describe('a URL out in the world', () => {
  it('gives its bytes as they are, and sends neither cookies nor credentials', async () => {
    const answer = await get('http://public.test/cat.png?signature=s3cret');
    expect(answer.kind === 'ok' && Buffer.from(answer.bytes).equals(picture)).toBe(true);
    const { headers } = requests.at(-1) ?? { headers: {} };
    expect(Object.keys(headers)).not.toEqual(expect.arrayContaining(['cookie']));
    expect(headers).not.toHaveProperty('authorization');
    expect(headers).not.toHaveProperty('referer');
    const gzipped = await get('http://public.test/gzipped.png');
    expect(gzipped.kind === 'ok' && Buffer.from(gzipped.bytes).equals(picture)).toBe(true);
  });

  it.each([
    ['http://me:pw@public.test/cat.png', 'without credentials'],
    ['http://public.test:8080/cat.png', 'names port 8080'],
    ['ftp://public.test/cat.png', 'over https or http'],
    ['http://', 'not a valid URL'],
    ['http://169.254.169.254/latest', 'never fetched'],
    ['http://public.test/page.png', 'not an image'],
    ['http://public.test/gone.png?token=s3cret', 'HTTP status 404'],
  ])('%s is refused: %s', async (url, reason) => {
    const text = sentence(await get(url));
    expect(text).toContain(reason);
    expect(text).not.toMatch(/s3cret|pw/);
  });

  it('may never be a metadata service, private URLs allowed or not', async () => {
    for (const url of ['http://169.254.169.254/', 'http://[fe80::1]/', 'http://0.0.0.0/', 'http://[::]/']) {
      expect(sentence(await get(url, { allowPrivate: true }))).toContain('never fetched');
    }
  });
});

describe('a body', () => {
  it('without end is cut at the limit', async () => {
    expect(sentence(await get('http://public.test/endless.png', { maxBytes: 2 ** 20 }))).toContain(
      'larger than 1 MB',
    );
  });

  it('is measured decoded: a gzip bomb is cut at the limit too', async () => {
    const before = process.memoryUsage().rss;
    expect(sentence(await get('http://public.test/bomb.png', { maxBytes: 2 ** 20 }))).toContain(
      'larger than 1 MB',
    );
    expect((process.memoryUsage().rss - before) / 2 ** 20).toBeLessThan(100);
  });

  it.each(['/silent.png', '/trickle.png'])('%s that takes for ever ends by time', async (path) => {
    expect(sentence(await get(`http://public.test${path}`, { timeoutMs: 100 }))).toContain(
      'did not answer in time',
    );
  });

  it('is dropped when the caller gives up', async () => {
    const giveUp = new AbortController();
    const pending = get('http://public.test/silent.png', { signal: giveUp.signal });
    giveUp.abort();
    expect(sentence(await pending)).toContain('was stopped');
  });
});

describe('addressClass', () => {
  it.each([
    ['8.8.8.8', 'public'],
    ['2606:4700::1111', 'public'],
    ['172.15.255.255', 'public'],
    ['172.16.0.0', 'private'],
    ['100.64.0.1', 'private'],
    ['192.168.1.1', 'private'],
    ['198.19.255.255', 'private'],
    ['fd00::1', 'private'],
    ['::1', 'private'],
    ['::ffff:10.0.0.1', 'private'],
    ['::ffff:a00:1', 'private'],
    ['::127.0.0.1', 'private'],
    ['0.0.0.0', 'never'],
    ['169.254.169.254', 'never'],
    ['::ffff:169.254.169.254', 'never'],
    ['192.0.0.1', 'never'],
    ['224.0.0.1', 'never'],
    ['255.255.255.255', 'never'],
    ['::', 'never'],
    ['fe80::1%eth0', 'never'],
    ['ff02::1', 'never'],
    ['64:ff9b::7f00:1', 'never'],
    ['2002:7f00:1::', 'never'],
    ['not an address', 'never'],
  ])('%s is %s', (address, expected) => {
    expect(addressClass(address)).toBe(expected);
  });
});
