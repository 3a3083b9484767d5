/**
 * Who may come in by REST: https, from no other site, with an API key.
 *
 * @module
 */
import type { ApiKey, StartConfig } from '../../shared/config.ts';
import { RecorderError } from '../../shared/errors.ts';
import { type HttpEvent, readHeader } from '../../shared/fc.ts';
import { isSameSecret } from '../../shared/signing/constant-time.ts';

/** An `Authorization` header beyond this is not looked at. */
const MAX_AUTHORIZATION_LENGTH = 1_024;

/**
 * Returns the API key a REST request came with.
 *
 * @throws RecorderError `InvalidProtocol.NeedSsl`, `CrossSiteRequest`, `Unauthorized`.
 */
export function verifyCaller(
  event: HttpEvent,
  config: Pick<StartConfig, 'apiKeys' | 'plainHttp' | 'publicHosts'>,
): ApiKey {
  requireHttps(event, config);
  refuseOtherSites(event, config.publicHosts);
  return verifyBasic(readHeader(event, 'authorization'), config.apiKeys);
}

/**
 * Refuses plain http, for either door: keys, signatures and parameters would travel in clear text.
 *
 * @throws RecorderError `InvalidProtocol.NeedSsl`.
 */
export function requireHttps(event: HttpEvent, config: Pick<StartConfig, 'plainHttp'>): void {
  if (config.plainHttp === 'refuse' && readHeader(event, 'x-forwarded-proto') !== 'https') {
    throw new RecorderError('InvalidProtocol.NeedSsl');
  }
}

/** A browser sends stored Basic credentials along with any request, also one that another site made it send. */
function refuseOtherSites(event: HttpEvent, publicHosts: readonly string[]): void {
  const site = readHeader(event, 'sec-fetch-site');
  if (site !== undefined && site !== 'same-origin' && site !== 'none') throw new RecorderError('CrossSiteRequest');
  const origin = readHeader(event, 'origin');
  if (origin === undefined) return;
  const hosts = [readHeader(event, 'host') ?? event.requestContext.domainName, ...publicHosts];
  if (!URL.canParse(origin) || !hosts.includes(new URL(origin).host)) throw new RecorderError('CrossSiteRequest');
}

function verifyBasic(header: string | undefined, apiKeys: readonly ApiKey[]): ApiKey {
  const encoded =
    header !== undefined && header.length <= MAX_AUTHORIZATION_LENGTH && /^Basic +(\S+)$/i.exec(header)?.[1];
  if (!encoded) throw new RecorderError('Unauthorized');
  const given = Buffer.from(encoded, 'base64').toString('utf8');
  // Every key is compared in full, so that the time does not tell which ids exist.
  const matching = apiKeys.filter((key) => isSameSecret(given, `${key.id}:${key.secret}`));
  const [key] = matching;
  if (key === undefined) throw new RecorderError('Unauthorized');
  return key;
}
