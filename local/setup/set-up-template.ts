/**
 * Makes a record template, or brings it in line, and says what it does.
 *
 * @module
 */
import {
  addTemplate,
  compareTemplates,
  describeTemplate,
  type FoundTemplate,
  findByName,
  listTemplates,
  updateTemplate,
} from './record-template.ts';
import type { CallRtc } from './rtc-api.ts';
import type { TemplateSettings } from './settings.ts';

interface SetUp {
  readonly callRtc: CallRtc;
  readonly settings: TemplateSettings;
  /** `dryRun` changes nothing. */
  readonly mode: 'apply' | 'dryRun';
  readonly tell: (line: string) => void;
}

/** Done twice it does nothing the second time. */
export async function setUpTemplate(setUp: SetUp): Promise<void> {
  const { callRtc, settings, tell } = setUp;
  const found = findByName(await listTemplates(callRtc, settings.wanted.AppId), settings);
  const TemplateId = found === undefined ? await add(setUp) : await bringInLine(setUp, found);
  if (TemplateId === undefined) return tell('nothing was changed: --dry-run');
  if (TemplateId === settings.TemplateId) return;
  tell(`for .env:\nTEMPLATE_ID=${TemplateId}`);
}

/** Undefined after a dry run. */
async function add({ callRtc, settings, mode, tell }: SetUp): Promise<string | undefined> {
  const { wanted } = settings;
  tell(`template ${wanted.Name} is not there; it ${mode === 'apply' ? 'is' : 'would be'} made with`);
  for (const { parameter, to } of describeTemplate(wanted)) tell(`  ${parameter.padEnd(18)} ${to}`);
  if (mode === 'dryRun') return undefined;
  const TemplateId = await addTemplate(callRtc, wanted);
  tell(`made: TemplateId ${TemplateId}`);
  return TemplateId;
}

async function bringInLine(
  { callRtc, settings, mode, tell }: SetUp,
  found: FoundTemplate,
): Promise<string | undefined> {
  const { wanted } = settings;
  const { TemplateId } = found;
  const differences = compareTemplates(wanted, found);
  if (differences.length === 0) {
    tell(`template ${wanted.Name} (${TemplateId}) is as it should be`);
    return TemplateId;
  }
  tell(`template ${wanted.Name} (${TemplateId}) differs; it ${mode === 'apply' ? 'is' : 'would be'} changed`);
  for (const { parameter, from, to } of differences) {
    tell(`  ${parameter.padEnd(18)} ${from === to ? 'differs, a secret is not shown' : `${from} -> ${to}`}`);
  }
  if (mode === 'dryRun') return undefined;
  await updateTemplate(callRtc, wanted, found);
  tell('changed');
  return TemplateId;
}
