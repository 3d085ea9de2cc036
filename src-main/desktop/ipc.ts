/**
 * The only two messages of Electron's own IPC: a page asks for its port, and the preload reports files the user's
 * hand gave. Both check the sender: main frame, our origin, a window we registered.
 */
import { RPCHandler } from '@orpc/server/message-port';
import {
  ipcMain,
  type IpcMainEvent,
  type IpcMainInvokeEvent,
  MessageChannelMain,
  type WebContents,
} from 'electron';
import { z } from 'zod';
import type { Log } from '../log';
import type { AppRouter } from '../router';
import type { Grants } from './grants';
import { isOurPage } from './guards';

export const CONNECT = 'brushfleet:connect';
export const GRANT = 'brushfleet:grant';

const pathsSchema = z.array(z.string().min(1).max(4096)).max(1000);

export interface IpcOptions {
  readonly router: AppRouter;
  readonly grants: Grants;
  readonly log: Log;
}

export function serveIpc(options: IpcOptions): { register(contents: WebContents): void } {
  const registered = new WeakSet<WebContents>();
  const handler = new RPCHandler(options.router);

  function isTrusted(event: IpcMainEvent | IpcMainInvokeEvent): boolean {
    const frame = event.senderFrame;
    const isTrusted =
      frame !== null && frame.parent === null && isOurPage(frame.url) && registered.has(event.sender);
    if (!isTrusted) {
      options.log.warning('ipc', 'a message from a foreign page was refused');
    }
    return isTrusted;
  }

  ipcMain.on(CONNECT, (event) => {
    if (!isTrusted(event)) {
      return;
    }
    const { port1, port2 } = new MessageChannelMain();
    handler.upgrade(port1);
    port1.start();
    event.senderFrame?.postMessage(CONNECT, null, [port2]);
  });

  ipcMain.handle(GRANT, async (event, paths: unknown) => {
    if (!isTrusted(event)) {
      throw new Error('IPC_FORBIDDEN');
    }
    const parsed = pathsSchema.safeParse(paths);
    if (!parsed.success) {
      throw new Error('BAD_INPUT');
    }
    const grants = await Promise.all(parsed.data.map((path) => options.grants.grant(path)));
    return grants.filter((grant) => grant !== null);
  });

  return { register: (contents) => void registered.add(contents) };
}
