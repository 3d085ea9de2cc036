/**
 * Asks, without ever blocking, whether a D-Bus session bus answers. The keyring's native code connects to the bus
 * synchronously and without a limit: a bus that accepts and stays silent would freeze its thread, and with it the exit
 * of the process. So nothing native is started before the bus has greeted us.
 */
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';

type Environment = Readonly<Record<string, string | undefined>>;

export type BusAnswer = { readonly kind: 'answers' } | { readonly kind: 'silent'; readonly why: string };

/** Socket paths of the session bus in the order libdbus tries them; an abstract socket begins with NUL. */
export function sessionBusPaths(env: Environment): readonly string[] {
  const addresses = env.DBUS_SESSION_BUS_ADDRESS;
  if (addresses === undefined || addresses === '') {
    return env.XDG_RUNTIME_DIR ? [join(env.XDG_RUNTIME_DIR, 'bus')] : [];
  }
  return addresses.split(';').flatMap((address) => {
    const [transport, rest] = splitOnce(address, ':');
    if (transport !== 'unix') {
      return [];
    }
    const fields = new Map(rest.split(',').map((field) => splitOnce(field, '=')));
    const path = fields.get('path');
    const abstract = fields.get('abstract');
    if (path !== undefined) {
      return [unescapeValue(path)];
    }
    return abstract === undefined ? [] : [`\0${unescapeValue(abstract)}`];
  });
}

/** Opens the bus and waits for the first line of its authentication (D-Bus specification, "Authentication Protocol"). */
export async function askSessionBus(env: Environment, timeoutMs: number): Promise<BusAnswer> {
  const paths = sessionBusPaths(env);
  for (const path of paths) {
    if (await greets(path, timeoutMs)) {
      return { kind: 'answers' };
    }
  }
  return {
    kind: 'silent',
    why:
      paths.length === 0 ? 'there is no desktop session bus here' : 'the desktop session bus does not answer',
  };
}

function greets(path: string, timeoutMs: number): Promise<boolean> {
  return new Promise((resolve) => {
    const end = (socket: Socket, greeted: boolean): void => {
      socket.destroy();
      resolve(greeted);
    };
    const socket = connect({ path });
    const uid = Buffer.from(String(process.getuid?.() ?? 0)).toString('hex');
    socket.setTimeout(timeoutMs, () => end(socket, false));
    socket.once('connect', () => socket.write(`\0AUTH EXTERNAL ${uid}\r\n`));
    socket.once('data', (line: Buffer) => end(socket, line.toString('latin1').startsWith('OK ')));
    socket.once('error', () => end(socket, false));
    socket.once('close', () => end(socket, false));
  });
}

function splitOnce(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator);
  return at === -1 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}

/** Addresses escape bytes as %xx; a stray percent sign is left as it is. */
function unescapeValue(value: string): string {
  return value.replaceAll(/%([0-9a-f]{2})/gi, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
}
