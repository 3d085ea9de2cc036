/** The engine port over the app, in the process that owns the library and may serve others. */
import type { App } from '../app';
import { FolderRun } from '../app/runs/folder-run';
import { deferred } from '../deferred';
import type { Door } from '../local-door/serve-door';
import type { CheckEnd, CheckRequest, CliEngine, RefusedRun, RunEnd, RunFolderRequest } from './engine-port';
import type { OnInterrupt } from './interrupt';

export interface AppEngineOptions {
  readonly app: App;
  /** Lets others join; null: it could not listen. */
  openDoor(): Promise<Door | null>;
  readonly onInterrupt: OnInterrupt;
  /** One sentence for a person. */
  onNote(sentence: string): void;
  /** After the library was handed over: the engine of whoever has it now. */
  reopen(): Promise<
    | { readonly kind: 'ok'; readonly engine: CliEngine }
    | { readonly kind: 'refused'; readonly sentence: string }
  >;
}

export class AppEngine implements CliEngine {
  readonly #options: AppEngineOptions;
  readonly #run: FolderRun;
  #door: Door | null = null;
  #isStopped = false;
  #isHandingOver = false;
  #isClosed = false;
  #next: CliEngine | null = null;
  #wakeUp: () => void = () => undefined;

  constructor(options: AppEngineOptions) {
    this.#options = options;
    this.#run = new FolderRun(options.app);
  }

  models(): ReturnType<CliEngine['models']> {
    return this.#options.app.models.list();
  }

  async library(): ReturnType<CliEngine['library']> {
    const { fleet, vault } = this.#options.app;
    return { views: fleet.views(), vault: vault.status(), ownerPid: null };
  }

  async runFolder(request: RunFolderRequest): Promise<RunEnd> {
    await this.#begin(request);
    const end = await this.#run.run(request, request);
    const isBegun = end.kind === 'finished';
    const isCutShort = isBegun ? end.run.state.kind === 'paused' : end.isStopped === true;
    const rest = isBegun ? { ...request, resume: true, adopt: false } : request;
    return this.#isHandingOver && isCutShort && !this.#isStopped
      ? this.#goOn('run', request, (engine) => engine.runFolder(rest))
      : end;
  }

  /** The window wants the library: what is in flight ends, and the run goes on through the window. */
  handOver(): boolean {
    this.#isHandingOver = true;
    void this.#run.stop();
    this.#wakeUp();
    return true;
  }

  async #goOn<End>(
    what: 'run' | 'check',
    { onNote }: Pick<RunFolderRequest, 'onNote'>,
    work: (engine: CliEngine) => Promise<End>,
  ): Promise<End | RefusedRun> {
    onNote(`The window has taken the library over: this ${what} goes on through it.`);
    await this.close();
    const opened = await this.#options.reopen();
    if (opened.kind === 'refused') {
      return opened;
    }
    this.#next = opened.engine;
    // Interrupted while the library changed hands: it learns how the run stands, and sends nothing.
    if (this.#isStopped) {
      await opened.engine.stop();
    }
    return work(opened.engine);
  }

  async checkFolder(request: CheckRequest): Promise<CheckEnd> {
    await this.#begin(request);
    const end = await this.#run.check(request, request);
    const isCutShort = end.kind === 'checked' ? !end.report.done : end.isStopped === true;
    return this.#isHandingOver && isCutShort && !this.#isStopped
      ? this.#goOn('check', request, (engine) => engine.checkFolder(request))
      : end;
  }

  /** Others join only now: what they lend gets its names beside what is here already. */
  async #begin({ fleet }: Pick<RunFolderRequest, 'fleet'>): Promise<void> {
    if (fleet !== null) {
      await this.#options.app.fleet.give(fleet);
    }
    this.#door = await this.#options.openDoor();
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    if (this.#next !== null) {
      await this.#next.stop();
    } else if (!this.#isClosed) {
      // Later there is nothing left to stop: whoever goes on with the run is told when it is there.
      await this.#run.stop();
    }
  }

  async close(): Promise<void> {
    if (!this.#isClosed) {
      const door = this.#door;
      this.#isClosed = true;
      if (door !== null && !this.#isStopped && !this.#isHandingOver && door.borrowers() > 0) {
        await this.#waitFor(door);
      }
      await door?.close();
      await this.#options.app.close();
    }
    await this.#next?.close();
  }

  /** Others send through this process: it ends with them, or when it is interrupted, and then one of them goes on. */
  async #waitFor(door: Door): Promise<void> {
    this.#options.onNote(
      'Another command line sends through this one: it ends when that is done. Press Ctrl-C to hand over to it now.',
    );
    const { promise, resolve } = deferred();
    this.#wakeUp = resolve;
    const end = this.#options.onInterrupt(resolve);
    await Promise.race([door.idle(), promise]);
    end();
  }
}
