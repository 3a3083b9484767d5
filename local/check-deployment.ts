/**
 * Checks a deployment without network and without an account: the CLI reads and verifies the file in a home of its own,
 * then our rules judge what it has read.
 *
 * @module
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseEnv } from 'node:util';
import * as v from 'valibot';
import { parse } from 'yaml';
import type { Environment } from '../shared/config.ts';
import { RecorderError } from '../shared/errors.ts';
import {
  type CodeState,
  checkAccess,
  checkCode,
  checkFunction,
  checkOwnerUrl,
  checkSettings,
  type DeployedFunction,
  type Fault,
  findReferences,
  findUnset,
  type Reference,
  readDeployment,
  readSchemaFaults,
} from './deploy-rules.ts';
import { createOfflineHome, runCli, withPrivateFolder } from './serverless-devs.ts';

interface CheckOptions {
  /** Where the file, `.env.example` and the code folders are. */
  readonly folder: string;
  /** `s.yaml`, or one that extends it. */
  readonly file: string;
  readonly settings: Environment;
}

/**
 * Every fault of a deployment, or none.
 *
 * @throws RecorderError `Misconfigured` for a file that cannot be read at all.
 */
export async function checkDeployment({ folder, file, settings }: CheckOptions): Promise<readonly Fault[]> {
  const references = readReferences(folder, file);
  const examples = readExamples(folder);
  const { preview, schemaFaults } = await readWithCli({
    folder,
    file,
    variables: standIn(references, settings, examples),
  });
  const { access, functions } = readDeployment(preview);
  const codeFaults = await Promise.all(
    functions.map(async (deployed) => checkCode(deployed, await readCodeState(folder, deployed))),
  );
  return [
    ...checkSettings(references, { settings, examples }),
    ...checkOwnerUrl(settings),
    ...checkAccess(access),
    ...schemaFaults,
    ...functions.flatMap(checkFunction),
    ...codeFaults.flat(),
  ];
}

function readReferences(folder: string, file: string): readonly Reference[] {
  const content = readYaml(folder, file);
  const { extend } = v.parse(v.looseObject({ extend: v.fallback(v.optional(v.string()), undefined) }), content);
  return findReferences(extend === undefined ? content : [content, readYaml(folder, extend)]);
}

function readYaml(folder: string, file: string): object {
  const path = join(folder, file);
  if (!existsSync(path)) throw new RecorderError('Misconfigured', { message: `There is no file ${file}.` });
  try {
    return v.parse(v.looseObject({}), parse(readFileSync(path, 'utf8')));
  } catch {
    // The parser's own message quotes the file.
    throw new RecorderError('Misconfigured', {
      message: `${file} is not YAML with members: npx s preview says where.`,
    });
  }
}

function readExamples(folder: string): Environment {
  const path = join(folder, '.env.example');
  return existsSync(path) ? parseEnv(readFileSync(path, 'utf8')) : {};
}

/**
 * The variables the file refers to. For those that are not set the example stands in, so that one missing setting does
 * not hide every other fault.
 */
function standIn(references: readonly Reference[], settings: Environment, examples: Environment): Environment {
  const unset = findUnset(references, settings);
  return Object.fromEntries(
    references.map(({ name }) => [name, unset.includes(name) ? examples[name] || 'unset' : settings[name]]),
  );
}

interface FileForCli {
  readonly folder: string;
  readonly file: string;
  readonly variables: Environment;
}

function readWithCli({ folder, file, variables }: FileForCli) {
  return withPrivateFolder(async (home) => {
    const environment = { PATH: process.env.PATH, ...variables, ...createOfflineHome(home) };
    const options = { folder, environment, output: 'collect' } as const;
    const shown = await runCli(['preview', '-o', 'json', '-t', file], options);
    const verified = await runCli(['verify', '-t', file], options);
    const schemaFaults = readSchemaFaults(verified.output);
    if (shown.code !== 0 || (verified.code !== 0 && schemaFaults.length === 0)) {
      throw new RecorderError('Misconfigured', {
        message: `The Serverless Devs CLI cannot read ${file}: npx s preview -t ${file} says why.`,
      });
    }
    return { preview: readJson(shown.output), schemaFaults };
  });
}

/** The JSON among the CLI's other lines: the one object whose braces stand alone. */
function readJson(output: string): unknown {
  return JSON.parse(/^\{$[\s\S]*?^\}$/mu.exec(output)?.[0] ?? 'null');
}

async function readCodeState(projectFolder: string, { props }: DeployedFunction): Promise<CodeState> {
  const folder = join(projectFolder, props.code ?? '');
  if (props.code === undefined || !existsSync(folder)) return 'noFolder';
  const [stem = '', name = ''] = (props.handler ?? '').split('.');
  const file = readdirSync(folder).find((entry) => entry === `${stem}.mjs` || entry === `${stem}.js`);
  if (file === undefined) return 'noFile';
  try {
    const loaded: Readonly<Record<string, unknown>> = await import(pathToFileURL(join(folder, file)).href);
    return typeof loaded[name] === 'function' ? 'callable' : 'noExport';
  } catch {
    return 'unloadable';
  }
}
