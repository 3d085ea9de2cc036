/**
 * The engine port over another process's app: the run goes through its pool, its limits and its journal. Should that
 * process end, this one takes the library over and goes on.
 */
import { randomUUID } from 'node:crypto';
import { ORPCError } from '@orpc/client';
import type { CatalogueModel } from '@shared/model/catalogue';
import type { Connection } from '../local-door/connect-door';
import { type CheckEvent, type RunEvent, STORE_CODE } from '../local-door/door-contract';
import { revealed } from '../local-door/lent-fleet';
import { givenElsewhere } from '../local-door/given-elsewhere';
import { StoreError } from '../store/store-error';
import { refused } from './cli-request';
import type { CheckEnd, CheckRequest, CliEngine, RunEnd, RunFolderRequest } from './engine-port';

type Owner = Extract<Connection, { kind: 'ok' }>;

interface Ended<End> {
  readonly kind: 'end';
  readonly end: End;
}

/** What comes before the end. */
type Told<Event> = Exclude<Event, { readonly kind: 'end' | 'handover' }>;

export interface ClientEngineOptions {
  readonly owner: Owner;
  readonly models: readonly CatalogueModel[];
  /** Opens the library, or finds its next owner, once this owner is gone. */
  takeOver(): Promise<
    | { readonly kind: 'ok'; readonly engine: CliEngine }
    | { readonly kind: 'refused'; readonly sentence: string }
  >;
}

export class ClientEngine implements CliEngine {
  readonly #options: ClientEngineOptions;
  readonly #borrower = randomUUID();
  #next: CliEngine | null = null;
  #isStopped = false;

  constructor(options: ClientEngineOptions) {
    this.#options = options;
  }

  models(): readonly CatalogueModel[] {
    return this.#options.models;
  }

  async library(): ReturnType<CliEngine['library']> {
    const { client, isGiven, pid } = this.#options.owner;
    if (isGiven) {
      return refused(givenElsewhere(pid));
    }
    const [views, vault] = await Promise.all([client.app.endpoints.list(), client.app.vault.status()]);
    return { views, vault, ownerPid: pid };
  }

  async runFolder(request: RunFolderRequest): Promise<RunEnd> {
    request.onNote(
      `Sending through the Brushfleet that has the library open (process ${this.#options.owner.pid}).`,
    );
    let isMade = false;
    const end = await this.#heard<Told<RunEvent>, RunEnd>(
      async () => this.#options.owner.client.door.run({ ...this.#asked(request), wantsJobs: true }),
      (event) => {
        switch (event.kind) {
          case 'note':
            return request.onNote(event.sentence);
          case 'progress':
            isMade = true;
            return request.onProgress(event.run);
          case 'jobs':
            return event.jobs.forEach((job) => request.onJob(job));
        }
      },
    );
    if (end !== null) {
      return end;
    }
    // What has begun is gone on with: nothing is sent a second time.
    return this.#goOn(
      (engine) => engine.runFolder(isMade ? { ...request, resume: true, adopt: false } : request),
      {
        onNote: request.onNote,
      },
    );
  }

  async checkFolder(request: CheckRequest): Promise<CheckEnd> {
    const end = await this.#heard<Told<CheckEvent>, CheckEnd>(
      async () => this.#options.owner.client.door.check(this.#asked(request)),
      (event) => {
        switch (event.kind) {
          case 'note':
            return request.onNote(event.sentence);
          case 'report':
            return request.onReport(event.report);
        }
      },
    );
    return end ?? this.#goOn((engine) => engine.checkFolder(request), { onNote: request.onNote });
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    if (this.#next !== null) {
      return this.#next.stop();
    }
    await this.#options.owner.client.door.stop({ borrower: this.#borrower }).catch(() => undefined);
  }

  async close(): Promise<void> {
    await this.#next?.close();
    await this.#options.owner.close();
  }

  /** Null: the owner is gone, or about to go. */
  async #heard<Event extends Told<RunEvent | CheckEvent>, End>(
    ask: () => Promise<AsyncIterable<Event | Ended<End> | { readonly kind: 'handover' }>>,
    onEvent: (event: Event) => void,
  ): Promise<End | null> {
    try {
      for await (const event of await ask()) {
        if (event.kind === 'handover') {
          return null;
        }
        if (event.kind === 'end') {
          return event.end;
        }
        onEvent(event);
      }
      return null;
    } catch (error) {
      // It has answered, and said no: to ask again, here or elsewhere, would not help.
      if (error instanceof ORPCError) {
        throw error.code === STORE_CODE ? new StoreError('DATABASE', error.message) : error;
      }
      return null;
    }
  }

  async #goOn<End>(
    work: (engine: CliEngine) => Promise<End>,
    { onNote }: Pick<RunFolderRequest, 'onNote'>,
  ): Promise<End | Extract<RunEnd, { kind: 'refused' }>> {
    onNote(
      this.#isStopped
        ? 'The Brushfleet that had the library open has ended.'
        : 'The Brushfleet that had the library open has ended: this one goes on.',
    );
    const opened = await this.#options.takeOver();
    if (opened.kind === 'refused') {
      return opened;
    }
    this.#next = opened.engine;
    // Interrupted meanwhile: it learns how the run stands, and sends nothing.
    if (this.#isStopped) {
      await opened.engine.stop();
    }
    return work(opened.engine);
  }

  #asked({ fleet, ...request }: RunFolderRequest | CheckRequest) {
    const { name, task, source, recipe, options, outputDir, outputCsv, resume, adopt, imageCacheDir } =
      request;
    const { answersFile } = request;
    return {
      borrower: this.#borrower,
      plan: {
        name,
        task,
        source: source.kind === 'prompts' ? { ...source, prompts: [...source.prompts] } : source,
        recipe,
        options,
        outputDir,
        resume,
        adopt,
        ...(outputCsv === undefined ? {} : { outputCsv }),
        ...(imageCacheDir === undefined ? {} : { imageCacheDir }),
        ...(answersFile === undefined ? {} : { answersFile }),
      },
      fleet: fleet === null ? null : revealed(fleet),
    };
  }
}
