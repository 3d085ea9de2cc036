/** A story as chapters and scenes, each with its picture's description and its script; and the way to its pictures. */
import type { Story } from '@shared/story';
import { ArrowLeft } from 'lucide-react';
import { useEffect, useMemo, useState } from 'react';
import type { ReactNode } from 'react';
import { STORY_KEYS } from '../../keys/text-keys';
import { useKeys } from '../../keys/use-keys';
import { useModel } from '../../state/app-model';
import { sentenceOf } from '../../state/refusal';
import { show } from '../../state/ui-store';
import { plural } from '../../ui/format';
import { Notice } from '../../ui/notice';
import { StoryPicturesDialog } from './story-pictures-dialog';
import { useLoadedHistory } from './use-text';
import './story.css';

type Loaded =
  | { readonly kind: 'loading' }
  | { readonly kind: 'failed'; readonly sentence: string }
  | { readonly kind: 'ready'; readonly story: Story };

function useStory(jobId: number): Loaded {
  const { backend } = useModel();
  const [loaded, setLoaded] = useState<{ readonly jobId: number; readonly state: Loaded } | null>(null);
  useEffect(() => {
    let isCurrent = true;
    const tell = (state: Loaded) => isCurrent && setLoaded({ jobId, state });
    backend.client.text.story({ jobId }).then(
      (story) => tell({ kind: 'ready', story }),
      (error: unknown) => tell({ kind: 'failed', sentence: sentenceOf(error) }),
    );
    return () => {
      isCurrent = false;
    };
  }, [backend, jobId]);
  return loaded?.jobId === jobId ? loaded.state : { kind: 'loading' };
}

export function StoryScreen({ jobId }: { readonly jobId: number }) {
  const { ui } = useModel();
  useLoadedHistory();
  const loaded = useStory(jobId);
  const back = (
    <button className="btn small ghost" onClick={() => show(ui, { kind: 'text' })} type="button">
      <ArrowLeft aria-hidden="true" size={14} />
      Back to the answer
    </button>
  );
  switch (loaded.kind) {
    case 'loading':
      return <div aria-busy="true" className="story" />;
    case 'failed':
      return (
        <div className="pad stack">
          {back}
          <Notice tone="bad">{loaded.sentence}</Notice>
        </div>
      );
    case 'ready':
      return (
        <>
          <StoryHead back={back} jobId={jobId} story={loaded.story} />
          <div aria-label="The story" className="scroll story" role="region" tabIndex={0}>
            <Cover story={loaded.story} />
            <Characters story={loaded.story} />
            <Chapters story={loaded.story} />
            <Publishing story={loaded.story} />
          </div>
        </>
      );
  }
}

interface StoryPart {
  readonly story: Story;
}

function StoryHead({ story, jobId, back }: StoryPart & { readonly jobId: number; readonly back: ReactNode }) {
  const { ui } = useModel();
  const [isAsking, setAsking] = useState(false);
  useKeys(STORY_KEYS, {
    pictures: () => setAsking(true),
    back: () => show(ui, { kind: 'text' }),
  });
  return (
    <header className="head">
      <div>{back}</div>
      <div className="row">
        <div className="grow">
          <h1>{story.story_title}</h1>
          <p className="sub">
            {plural(story.chapter_list.length, 'chapter')}, {plural(story.scene_list.length, 'scene')},{' '}
            {plural(story.character_list.length, 'character')} · {story.scene_audio_language}
          </p>
        </div>
        <button
          aria-keyshortcuts="P"
          className="btn primary large"
          onClick={() => setAsking(true)}
          title="Make its pictures (P)"
          type="button"
        >
          Make pictures…
        </button>
      </div>
      {isAsking && <StoryPicturesDialog jobId={jobId} onClose={() => setAsking(false)} story={story} />}
    </header>
  );
}

function Cover({ story }: StoryPart) {
  return (
    <section aria-labelledby="story-cover" className="story-part">
      <h2 id="story-cover">Cover and narrator</h2>
      <p>{story.cover_image_description}</p>
      <dl className="kv story-facts">
        <dt>On the cover</dt>
        <dd>
          {story.cover_image_characters.length === 0 ? 'nobody' : story.cover_image_characters.join(', ')}
        </dd>
        <dt>Narrator</dt>
        <dd>
          {story.narrator_name}, {story.narrator_gender}
        </dd>
        <dt>Voice</dt>
        <dd>{story.narrator_voice_id}</dd>
        <dt>Style</dt>
        <dd>{story.illustration_style}</dd>
      </dl>
    </section>
  );
}

function Characters({ story }: StoryPart) {
  return (
    <section aria-labelledby="story-characters" className="story-part">
      <h2 id="story-characters">Characters</h2>
      <ul className="story-characters">
        {story.character_list.map((character) => (
          <li key={character.character_number}>
            <b>{character.character_name}</b>
            <p>{character.character_image_description}</p>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Chapters({ story }: StoryPart) {
  const scenes = useMemo(
    () => new Map(story.scene_list.map((scene) => [scene.scene_number, scene])),
    [story],
  );
  return story.chapter_list.map((chapter) => (
    <section
      aria-label={`Chapter ${chapter.chapter_number}`}
      className="story-part"
      key={chapter.chapter_number}
    >
      <h2>
        <span className="num">{chapter.chapter_number}</span> {chapter.chapter_name}
      </h2>
      <ol className="story-scenes">
        {chapter.chapter_scene_list.map((number) => {
          const scene = scenes.get(number);
          return scene === undefined ? null : <Scene key={number} scene={scene} />;
        })}
      </ol>
    </section>
  ));
}

function Scene({ scene }: { readonly scene: Story['scene_list'][number] }) {
  const characters = [scene.scene_major_character, ...scene.scene_other_characters];
  return (
    <li className="story-scene">
      <h3>
        <span className="num hint">{scene.scene_number}</span> {scene.scene_name}
      </h3>
      <p className="hint">
        {characters.join(', ')}
        {scene.is_intentional_repetition === 'yes' && ' · repeats on purpose'}
      </p>
      <div className="story-pair">
        <div>
          <h4 className="legend">Picture</h4>
          <p>{scene.scene_image_description}</p>
        </div>
        <div>
          <h4 className="legend">Script</h4>
          <blockquote>{scene.scene_audio_script}</blockquote>
        </div>
      </div>
    </li>
  );
}

function Publishing({ story }: StoryPart) {
  return (
    <section aria-labelledby="story-publishing" className="story-part">
      <h2 id="story-publishing">To publish it</h2>
      <dl className="kv story-facts">
        <dt>Title</dt>
        <dd>{story.youtube_video_title}</dd>
        <dt>Description</dt>
        <dd>{story.youtube_video_description}</dd>
        <dt>Hashtags</dt>
        <dd>{story.youtube_video_hashtags}</dd>
        <dt>Tweet</dt>
        <dd>{story.tweet}</dd>
      </dl>
    </section>
  );
}
