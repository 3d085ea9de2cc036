/** Results as they become part of the library: a picture by its file, an answer in words by itself. */
import { createHash } from 'node:crypto';
import type { TextResult } from '@shared/model/text';
import type { ReceivedFile } from '../../engine/ports';
import type { Db } from '../database/driver';

/** Which attempt brought a file, and when it was known to be whole; null: nobody knows. */
interface Made {
  readonly wholeAt: number | null;
  readonly attemptId: number | null;
}

/**
 * The successor is whole: what stood under its very name is gone from disk. Results under other names are earlier
 * versions, which stay. Answers the result's id.
 */
export function createKeeper(db: Db) {
  const forgetReplaced = db.prepare('DELETE FROM results WHERE job_id = ? AND file_name = ?');
  const addResult = db.prepare(
    `INSERT INTO results (job_id, file_name, mime_type, width, height, size_bytes, sha256, modified_ms, attempt_id)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  return (jobId: number, file: ReceivedFile, { wholeAt, attemptId }: Made): number => {
    const { fileName, mimeType, width, height, sizeBytes, sha256 } = file;
    forgetReplaced.run(jobId, fileName);
    return addResult.run(jobId, fileName, mimeType, width, height, sizeBytes, sha256, wholeAt, attemptId)
      .lastId;
  };
}

/**
 * An answer has no file, and no name that another could stand under: earlier ones stay as versions. Its suspicion is
 * settled: there is nothing to measure.
 */
export function createAnswerKeeper(db: Db) {
  const add = db.prepare(
    `INSERT INTO results (job_id, file_name, mime_type, width, height, size_bytes, sha256, modified_ms, attempt_id, answer,
       suspicion_bits)
     VALUES (?, '', ?, 0, 0, ?, ?, ?, ?, ?, 0)`,
  );
  return (jobId: number, answer: TextResult, { wholeAt, attemptId }: Made): number => {
    const bytes = Buffer.from(answer.text);
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    const { byteLength } = bytes;
    return add.run(jobId, answer.mimeType, byteLength, sha256, wholeAt, attemptId, JSON.stringify(answer))
      .lastId;
  };
}
