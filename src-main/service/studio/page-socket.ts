/** One open page: its socket lives as long as its login, and not longer than somebody reads it. */
import type { WebSocket } from '@fastify/websocket';
import type { Clock } from '../../engine/ports';
import type { LoginSession, LoginSessions } from './login-sessions';
import type { PageCalls } from './page-calls';

/** The page goes to the login when it hears this. */
export const LOGGED_OUT = 4401;
const GOING_AWAY = 1001;
const LOOK_EVERY_MS = 30_000;
/** Of a page that does not read what it is sent; it connects again and starts from what is true then. */
const MOST_WAITING_BYTES = 64 * 1024 * 1024;
/** What a browser gets to close politely. */
const LINGER_MS = 500;

export interface PageSocketParts {
  readonly session: LoginSession;
  readonly sessions: Pick<LoginSessions, 'isAlive' | 'touch'>;
  readonly calls: PageCalls;
  readonly clock: Pick<Clock, 'setTimer'>;
}

export interface PageSocket {
  /** The service ends. */
  goAway(): void;
}

export function servePage(
  socket: WebSocket,
  { session, sessions, calls, clock }: PageSocketParts,
): PageSocket {
  let isHeard = true;
  let stopLooking = clock.setTimer(LOOK_EVERY_MS, look);

  function close(code: number, reason: string): void {
    stopLooking();
    socket.close(code, reason);
    const cut = clock.setTimer(LINGER_MS, () => socket.terminate());
    socket.once('close', cut);
  }
  function logOut(): void {
    close(LOGGED_OUT, 'logged out');
  }
  function look(): void {
    if (!sessions.isAlive(session)) {
      // Its end is heard below, unless it had ended before.
      logOut();
    } else if (isHeard) {
      isHeard = false;
      socket.ping();
      stopLooking = clock.setTimer(LOOK_EVERY_MS, look);
    } else {
      socket.terminate();
    }
  }

  socket.on('pong', () => {
    isHeard = true;
  });
  socket.on('message', () => {
    isHeard = true;
    sessions.touch(session);
  });
  socket.once('close', () => {
    stopLooking();
    session.ended.removeEventListener('abort', logOut);
  });
  session.ended.addEventListener('abort', logOut, { once: true });
  if (session.ended.aborted) {
    logOut();
    return { goAway: logOut };
  }
  void calls.upgrade({
    addEventListener: socket.addEventListener.bind(socket),
    send(data: Parameters<WebSocket['send']>[0]) {
      if (socket.bufferedAmount > MOST_WAITING_BYTES) {
        socket.terminate();
      } else if (socket.readyState === socket.OPEN) {
        socket.send(data);
      }
    },
  });
  return { goAway: () => close(GOING_AWAY, 'the service ends') };
}
