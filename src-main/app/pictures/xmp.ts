/** A recipe as a property of an XMP packet (ISO 16684-1): in a packet of our own, or added to the one that is there. */
import type { EmbeddedNote } from './image-data';

const NAMESPACE = 'urn:brushfleet:recipe:1';
/** How IPTC names a picture that a model made: https://cv.iptc.org/newscodes/digitalsourcetype/. */
const SOURCE_TYPE = 'http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia';
const END = '</rdf:RDF>';
const OURS = /<rdf:Description rdf:about="" xmlns:brushfleet="urn:brushfleet:recipe:1"[^>]*\/>/;
/** Other programs write a property as an element. */
const PROPERTY = /brushfleet:Recipe\s*=\s*"([^"]*)"|<brushfleet:Recipe>([^<]*)<\/brushfleet:Recipe>/;

/** Null: this module cannot extend the packet that is there. */
export function xmpWithRecipe(present: string | null, note: EmbeddedNote): string | null {
  const ours = `<rdf:Description rdf:about="" xmlns:brushfleet="${NAMESPACE}" brushfleet:Recipe="${escaped(JSON.stringify(note))}"/>`;
  if (present === null || present.startsWith(FRESH_HEAD)) {
    return freshPacket(ours, note);
  }
  const others = present.replace(OURS, '');
  const at = others.lastIndexOf(END);
  return at === -1 ? null : others.slice(0, at) + ours + others.slice(at);
}

/** As JSON. */
export function recipeInXmp(packet: string): string | null {
  const found = PROPERTY.exec(packet);
  const text = found?.[1] ?? found?.[2];
  return text === undefined ? null : unescaped(text);
}

/** A manifest that lies elsewhere signs these bytes, too (C2PA specification 2.1, 11.4). */
export function namesRemoteManifest(packet: string): boolean {
  return packet.includes('dcterms:provenance');
}

/** A packet that begins so is wholly ours. */
const FRESH_HEAD = [
  '<?xpacket begin="\u{FEFF}" id="W5M0MpCehiHzreSzNTczkc9d"?>',
  '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">',
  '<rdf:Description rdf:about="" xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/"',
  ' xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/" xmp:CreatorTool="Brushfleet"',
  ` Iptc4xmpExt:DigitalSourceType="${SOURCE_TYPE}">`,
].join('');

function freshPacket(ours: string, { instruction }: EmbeddedNote): string {
  return [
    FRESH_HEAD,
    `<dc:description><rdf:Alt><rdf:li xml:lang="x-default">${escaped(instruction)}</rdf:li></rdf:Alt></dc:description>`,
    `</rdf:Description>${ours}${END}</x:xmpmeta><?xpacket end="w"?>`,
  ].join('');
}

/** Line ends as references: an attribute's own would become spaces. What XML 1.0 cannot hold is left out. */
function escaped(text: string): string {
  return text
    .replaceAll(NOT_IN_XML, '')
    .replaceAll(/[&<>"\t\n\r]/g, (character) => `&#${character.charCodeAt(0)};`);
}

// oxlint-disable-next-line no-control-regex -- control characters are what is looked for
const NOT_IN_XML = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g;

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

function unescaped(text: string): string {
  return text.replaceAll(/&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|(\w{2,4}));/gi, (whole, decimal, hex, name) => {
    const code = decimal === undefined ? Number.parseInt(String(hex), 16) : Number(decimal);
    return typeof name === 'string'
      ? (ENTITIES[name] ?? whole)
      : code <= 0x10ffff
        ? String.fromCodePoint(code)
        : '';
  });
}
