/**
 * Whether a picture is signed: a manifest of the Content Credentials binds the file's bytes, so that any rewriting makes
 * it "tampered". Where manifests lie: C2PA specification 2.1, annex A.3 (PNG `caBX`, JPEG APP11 with JUMBF, WebP `C2PA`).
 */
import { sniffImage } from '../../images/sniff';
import { APP1, APP11, jpegSegments } from './jpeg-segments';
import { pngChunks, textUnder } from './png-chunks';
import { webpChunks } from './webp-chunks';
import { namesRemoteManifest } from './xmp';

/** Of XMP in a PNG (XMP specification part 3, 1.1.5) and before it in a JPEG's APP1 (1.1.3). */
export const PNG_XMP = 'XML:com.adobe.xmp';
export const JPEG_XMP = Buffer.from('http://ns.adobe.com/xap/1.0/\0', 'latin1');

/** Only formats whose manifests can be found; another kind of file answers false. */
export function isSigned(bytes: Buffer): boolean {
  switch (sniffImage(bytes)?.extension ?? '') {
    case 'png':
      return (pngChunks(bytes) ?? []).some(
        (chunk) => chunk.type === 'caBX' || namesRemoteManifest(textUnder(PNG_XMP, chunk) ?? ''),
      );
    case 'jpg':
      return (jpegSegments(bytes) ?? []).some(
        ({ marker, data }) =>
          (marker === APP11 && holdsJumbf(data)) ||
          (marker === APP1 && namesRemoteManifest(jpegXmp(data) ?? '')),
      );
    case 'webp':
      return (webpChunks(bytes) ?? []).some(
        ({ type, data }) =>
          type === 'C2PA' || (type === 'XMP ' && namesRemoteManifest(data.toString('utf8'))),
      );
    default:
      return false;
  }
}

/** The packet of an APP1 segment; null: it holds something else. */
export function jpegXmp(data: Buffer): string | null {
  return data.subarray(0, JPEG_XMP.length).equals(JPEG_XMP) ? data.toString('utf8', JPEG_XMP.length) : null;
}

/** `JP`, instance and packet number, then a JUMBF superbox (ISO 19566-5, D.2). Every one is taken for a manifest. */
function holdsJumbf(data: Buffer): boolean {
  return data.toString('latin1', 0, 2) === 'JP' && data.toString('latin1', 12, 16) === 'jumb';
}
