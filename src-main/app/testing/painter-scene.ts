/** An app with one endpoint and one key that pictures are asked of: a scripted server, which paints what the test says. */
import sharp from 'sharp';
import {
  json,
  type ReceivedRequest,
  type ScriptedServer,
  startScriptedServer,
} from '../../providers/testing/scripted-server';
import { addTestKeys, openTestLibrary, type TestLibrary, testEndpoint } from './test-library';

export interface PainterScene {
  readonly server: ScriptedServer;
  readonly library: TestLibrary;
  /** What the server answers by itself. */
  readonly picture: ReturnType<typeof json>;
}

export async function openPainterScene(): Promise<PainterScene> {
  const [server, library, picture] = await Promise.all([
    startScriptedServer(),
    openTestLibrary(),
    pictureAnswer(),
  ]);
  server.reply(picture);
  await library.app.fleet.save(testEndpoint({ baseUrl: `${server.url}/v1` }));
  await addTestKeys(library.app, 'e', 'sk-first-key-0001');
  return { server, library, picture };
}

/** Pictures of different widths are different pictures. */
export async function pictureAnswer(width = 8): Promise<ReturnType<typeof json>> {
  const create = { width, height: 4, channels: 3, background: 'red' } as const;
  const bytes = await sharp({ create }).png().toBuffer();
  return json({ created: 1, data: [{ b64_json: bytes.toString('base64') }] });
}

/** The wider, the longer its prompt: the picture shows whose it is. */
export function pictureOfPrompt(request: ReceivedRequest): ReturnType<typeof pictureAnswer> {
  return pictureAnswer(promptOf(request).length);
}

/** What it is to paint. */
export function promptOf({ body }: ReceivedRequest): string {
  return (JSON.parse(body.toString()) as { prompt: string }).prompt;
}
