/**
 * The only three messages of Electron's own IPC: a page asks for its port, the preload reports files the user's hand
 * gave, and a drag to another program begins. All check the sender: main frame, our origin, a window we registered.
 */
import { RPCHandler } from '@orpc/server/message-port';
import {
  ipcMain,
  type IpcMainInvokeEvent,
  MessageChannelMain,
  type MessagePortMain,
  type WebContents,
  type WebFrameMain,
} from 'electron';
import type { Grant } from '@shared/contract';
import { MOST_FILES } from '@shared/contract/base';
import { z } from 'zod';
import type { Log } from '../log';
import type { AppRouter } from '../router';
import { CONNECT, DRAG, GRANT } from './channels';
import type { DragOut } from './drag-out';
import type { Grants } from '../page/grants';
import { isOurPage } from './guards';
import type { ImageRoots } from './image-roots';

/** A hand may drop a whole card of photographs, one by one. */
const pathsSchema = z.array(z.string().min(1).max(4096)).max(MOST_FILES);

export interface IpcOptions {
  readonly router: AppRouter;
  readonly grants: Grants;
  readonly imageRoots: ImageRoots;
  readonly drags: DragOut;
  readonly log: Log;
}

export function serveIpc(options: IpcOptions): { register(contents: WebContents): void } {
  const registered = new WeakSet<WebContents>();
  /** One a window: a page that asks again loses the port it had. */
  const ports = new WeakMap<WebContents, MessagePortMain>();
  const handler = new RPCHandler(options.router);

  /** Throws IPC_FORBIDDEN, which the caller gets as a rejection. */
  function trustedFrame({ senderFrame: frame, sender }: IpcMainInvokeEvent): WebFrameMain {
    if (frame === null || frame.parent !== null || !isOurPage(frame.url) || !registered.has(sender)) {
      options.log.warning('ipc', 'a message from a foreign page was refused');
      throw new Error('IPC_FORBIDDEN');
    }
    return frame;
  }

  ipcMain.handle(CONNECT, (event) => {
    const frame = trustedFrame(event);
    ports.get(event.sender)?.close();
    const { port1, port2 } = new MessageChannelMain();
    ports.set(event.sender, port1);
    handler.upgrade(port1);
    port1.start();
    frame.postMessage(CONNECT, null, [port2]);
  });

  ipcMain.handle(GRANT, async (event, paths: unknown): Promise<Grant[]> => {
    trustedFrame(event);
    const parsed = pathsSchema.safeParse(paths);
    if (!parsed.success) {
      throw new Error('BAD_INPUT');
    }
    await Promise.all(parsed.data.map((path) => options.imageRoots.grant(path)));
    const grants = await Promise.all(parsed.data.map((path) => options.grants.grant(path)));
    return grants.filter((grant) => grant !== null);
  });

  ipcMain.handle(DRAG, (event, ticket: unknown) => {
    trustedFrame(event);
    const drag = options.drags.redeem(ticket);
    const [first] = drag?.files ?? [];
    if (drag === null || first === undefined) {
      throw new Error('BAD_INPUT');
    }
    event.sender.startDrag({ file: first, files: [...drag.files], icon: drag.icon });
  });

  return { register: (contents) => void registered.add(contents) };
}
