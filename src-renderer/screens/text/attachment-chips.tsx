/** The files of the next request, in their order, and the button that picks more. */
import { AudioLines, Film, Image, Paperclip, X } from 'lucide-react';
import { useRef } from 'react';
import { actOf } from '../../keys/key-line';
import { ATTACHED_KEYS } from '../../keys/studio-keys';
import { Thumbnail, unreadablePicture } from '../../pictures/unreadable';
import { useModel } from '../../state/app-model';
import { placeAmongMedium, withFileMoved } from '../../state/attachments';
import type { ChosenFile } from '../../state/attachments';
import { formatBytes } from '../../ui/format';
import { ATTACH_ID, attachFiles } from './text-actions';

const GLYPHS = { image: Image, audio: AudioLines, video: Film } as const;

export function AttachmentChips({ files }: { readonly files: readonly ChosenFile[] }) {
  return (
    files.length > 0 && (
      <ul aria-label="Files of the request" className="attachments">
        {files.map((file, at) => (
          <AttachmentChip at={at} file={file} files={files} key={file.id} />
        ))}
      </ul>
    )
  );
}

interface ChipProps {
  readonly file: ChosenFile;
  readonly at: number;
  readonly files: readonly ChosenFile[];
}

/** Of a drag of a chip to another place. */
const DRAGGED_FILE = 'application/x-brushfleet-attachment';

function AttachmentChip({ file, at, files }: ChipProps) {
  const { text, backend } = useModel();
  const Glyph = GLYPHS[file.medium];
  const what = `${file.medium} ${placeAmongMedium(files, at)}`;
  const size = file.sizeBytes === null ? '' : formatBytes(file.sizeBytes);
  const set = (next: readonly ChosenFile[]) => text.setState({ files: next });
  const remove = () => set(files.filter((one) => one.id !== file.id));
  return (
    <li
      className="attachment"
      onDragOver={(event) => event.dataTransfer.types.includes(DRAGGED_FILE) && event.preventDefault()}
      onDrop={(event) => {
        const from = Number(event.dataTransfer.getData(DRAGGED_FILE) || Number.NaN);
        if (Number.isInteger(from)) {
          event.preventDefault();
          event.stopPropagation();
          set(withFileMoved(files, from, at));
        }
      }}
    >
      <button
        aria-keyshortcuts="Alt+ArrowLeft Alt+ArrowRight Delete"
        aria-label={`${what}: ${file.name}${size === '' ? '' : `, ${size}`}. Alt and arrows move it.`}
        className="attachment-name"
        draggable
        onDragStart={(event) => event.dataTransfer.setData(DRAGGED_FILE, String(at))}
        onKeyDown={(event) => {
          const act = actOf(ATTACHED_KEYS, event);
          if (act === 'takeOut') {
            remove();
          } else if (act !== undefined) {
            set(withFileMoved(files, at, at + (act === 'earlier' ? -1 : 1)));
          }
          if (act !== undefined) {
            event.preventDefault();
          }
        }}
        title={file.name}
        type="button"
      >
        {file.source.kind === 'result' ? (
          <Thumbnail
            sentence={unreadablePicture(file.name)}
            src={backend.thumbnail(file.source.resultId, 'small')}
          />
        ) : (
          <Glyph aria-hidden="true" size={14} />
        )}
        <span className="clip">{file.name}</span>
        <span className="hint">{size === '' ? what : `${what}, ${size}`}</span>
      </button>
      <button
        aria-label={`Take out ${file.name}`}
        className="btn ghost icon small"
        onClick={remove}
        title="Take out"
        type="button"
      >
        <X aria-hidden="true" size={12} />
      </button>
    </li>
  );
}

export function PickFiles() {
  const model = useModel();
  const field = useRef<HTMLInputElement>(null);
  return (
    <>
      <button
        aria-keyshortcuts="A"
        className="btn"
        id={ATTACH_ID}
        onClick={() => field.current?.click()}
        title="Attach files (A)"
        type="button"
      >
        <Paperclip aria-hidden="true" size={14} />
        Attach…
      </button>
      <input
        accept="image/*,audio/*,video/*"
        aria-label="Files to attach"
        className="sr-only"
        multiple
        onChange={(event) => {
          const files = [...(event.target.files ?? [])];
          // The same file may be chosen again.
          event.target.value = '';
          attachFiles(model, files);
        }}
        ref={field}
        tabIndex={-1}
        type="file"
      />
    </>
  );
}
