/** The cookie of a login. Browsers do not tell ports apart, so each port has a name of its own. */
import type { FastifyRequest } from 'fastify';

const LONGEST_HEADER = 8000;

export function cookieName({ socket }: Pick<FastifyRequest, 'socket'>): string {
  return `brushfleet_studio_${socket.localPort ?? 0}`;
}

/** Blank: none was sent. */
export function sentCookie(request: FastifyRequest): string {
  const header = request.headers.cookie ?? '';
  const name = cookieName(request);
  const pairs = header.length > LONGEST_HEADER ? [] : header.split(';').map((pair) => pair.trim());
  return pairs.find((pair) => pair.startsWith(`${name}=`))?.slice(name.length + 1) ?? '';
}

export function setCookie(request: FastifyRequest, value: string, isTls: boolean): string {
  return `${cookieName(request)}=${value}; ${attributes(isTls)}`;
}

export function clearCookie(request: FastifyRequest, isTls: boolean): string {
  return `${cookieName(request)}=; Max-Age=0; ${attributes(isTls)}`;
}

function attributes(isTls: boolean): string {
  return `Path=/app; HttpOnly; SameSite=Strict${isTls ? '; Secure' : ''}`;
}
