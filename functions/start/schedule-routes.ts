/**
 * The routes of scheduled recordings.
 *
 * @module
 */
import * as v from 'valibot';
import { type Issue, RecorderError } from '../../shared/errors.ts';
import { createJsonResult } from '../../shared/fc.ts';
import {
  createSchedule,
  deleteSchedule,
  listSchedules,
  readSchedule,
  readSlots,
  type ScheduleRow,
  type SlotRow,
  updateSchedule,
} from '../../shared/store/schedules.ts';
import { FILTER, PAGE_ACCEPTED, PAGE_ENTRIES, readQuery } from './query.ts';
import { type RouteApp, readJsonRequest, toResponse } from './route.ts';
import { readScheduleRequest, toSlotRule } from './schedule-request.ts';
import { createSlotTaskId, formatLocalTime, listSlots } from './schedule-slots.ts';
import type { StartService } from './service.ts';
import { formatTime } from './task-answer.ts';

/** Slots to come that an answer shows. */
const NEXT_SLOTS = 5;

/** A change that meets another one is made again, to what the other has left; more in a row than this are no accident. */
const MAX_UPDATE_TRIES = 3;

/** Query of `GET /schedules`. */
export const ScheduleQuery = v.strictObject({ AppId: FILTER, ...PAGE_ENTRIES });

/** Adds `POST` and `GET /schedules`, and `GET`, `PATCH` and `DELETE /schedules/{ScheduleId}`. */
export function addScheduleRoutes(app: RouteApp): void {
  app.post('/schedules', async (c) => {
    const body = readJsonRequest(c.env.event);
    const service = await c.env.openService();
    const { config, createId } = service;
    const request = readScheduleRequest(body, { config, createId, now: service.now(), before: undefined });
    const plan = request.plan ?? { plannedFrom: service.now(), nextSlotAt: undefined };
    const outcome = await createSchedule(service.database, request.schedule, plan);
    if (outcome === 'other') throw new RecorderError('ScheduleExisted');
    const stored = await findSchedule(service, request.schedule.ScheduleId);
    const answer = {
      RequestId: c.env.requestId,
      Outcome: outcome === 'created' ? 'created' : 'replayed',
      ...toScheduleAnswer(stored),
      Warnings: request.warnings,
    };
    return toResponse(createJsonResult(outcome === 'created' ? 201 : 200, answer));
  });

  app.get('/schedules', async (c) => {
    const { AppId, Limit, After } = readQuery(ScheduleQuery, c.req.query(), PAGE_ACCEPTED);
    const { database } = await c.env.openService();
    const schedules = await listSchedules(database, { AppId, after: After, limit: Limit });
    return toResponse(
      createJsonResult(200, {
        RequestId: c.env.requestId,
        Schedules: schedules.map(toScheduleAnswer),
        Next: schedules.length === Limit ? schedules.at(-1)?.seq : undefined,
      }),
    );
  });

  app.get('/schedules/:ScheduleId', async (c) => {
    const service = await c.env.openService();
    const schedule = await findSchedule(service, readScheduleId(c.req.param('ScheduleId')));
    const slots = await readSlots(service.database, schedule.ScheduleId);
    return toResponse(
      createJsonResult(200, {
        RequestId: c.env.requestId,
        ...toScheduleAnswer(schedule),
        History: slots.map((slot) => toSlotAnswer(schedule.timeZone, slot)),
      }),
    );
  });

  app.patch('/schedules/:ScheduleId', async (c) => {
    const body = readJsonRequest(c.env.event);
    const service = await c.env.openService();
    const ScheduleId = readScheduleId(c.req.param('ScheduleId'));
    const warnings = await changeSchedule(service, ScheduleId, body);
    const stored = await findSchedule(service, ScheduleId);
    const answer = { RequestId: c.env.requestId, Outcome: 'updated', ...toScheduleAnswer(stored), Warnings: warnings };
    return toResponse(createJsonResult(200, answer));
  });

  app.delete('/schedules/:ScheduleId', async (c) => {
    const { database } = await c.env.openService();
    const ScheduleId = readScheduleId(c.req.param('ScheduleId'));
    if (!(await deleteSchedule(database, ScheduleId))) throw new RecorderError('InvalidSchedule.NotFound');
    return toResponse(createJsonResult(200, { RequestId: c.env.requestId, Outcome: 'deleted', ScheduleId }));
  });
}

/** What PostgreSQL could not hold names no schedule. */
function readScheduleId(ScheduleId: string): string {
  if (!v.is(FILTER, ScheduleId)) throw new RecorderError('InvalidSchedule.NotFound');
  return ScheduleId;
}

async function findSchedule({ database }: StartService, ScheduleId: string): Promise<ScheduleRow> {
  const schedule = await readSchedule(database, ScheduleId);
  if (schedule === undefined) throw new RecorderError('InvalidSchedule.NotFound');
  return schedule;
}

async function changeSchedule(service: StartService, ScheduleId: string, body: unknown): Promise<readonly Issue[]> {
  const { config, createId, database } = service;
  for (let tries = 1; tries <= MAX_UPDATE_TRIES; tries++) {
    const before = await findSchedule(service, ScheduleId);
    const now = service.now();
    const { schedule, plan, warnings } = readScheduleRequest(body, { config, createId, now, before });
    if (await updateSchedule(database, { schedule, revision: before.revision, plan, now })) return warnings;
  }
  throw new RecorderError('ServiceUnavailable');
}

function toScheduleAnswer(schedule: ScheduleRow): Readonly<Record<string, unknown>> {
  return {
    ScheduleId: schedule.ScheduleId,
    Parameters: { AppId: schedule.AppId, ...schedule.parameters },
    StartAt: formatTime(schedule.startAt),
    Cron: schedule.cron ?? undefined,
    TimeZone: schedule.timeZone,
    DurationSeconds: schedule.durationSeconds,
    Until: formatTime(schedule.until),
    LateBySeconds: schedule.lateBySeconds,
    Enabled: schedule.enabled,
    CreatedAt: formatTime(schedule.createdAt),
    UpdatedAt: formatTime(schedule.updatedAt),
    NextSlots: listNextSlots(schedule).map((slotAt) => toNextSlotAnswer(schedule, slotAt)),
  };
}

/** The slot in hand, which may be waiting already, and those after it. */
function listNextSlots(schedule: ScheduleRow): readonly Date[] {
  const { nextSlotAt } = schedule;
  if (nextSlotAt === null) return [];
  if (!schedule.enabled) return [nextSlotAt];
  const fromMs = Math.max(nextSlotAt.getTime() + 1, schedule.plannedFrom.getTime());
  return [nextSlotAt, ...listSlots(toSlotRule(schedule), new Date(fromMs), NEXT_SLOTS - 1)];
}

function toNextSlotAnswer({ ScheduleId, timeZone }: ScheduleRow, slotAt: Date): object {
  return {
    SlotAt: formatTime(slotAt),
    LocalTime: formatLocalTime(timeZone, slotAt),
    TaskId: createSlotTaskId(ScheduleId, slotAt),
  };
}

function toSlotAnswer(timeZone: string, slot: SlotRow): object {
  return {
    TaskId: slot.TaskId,
    SlotAt: formatTime(slot.slotAt),
    LocalTime: formatLocalTime(timeZone, slot.slotAt),
    State: slot.state,
    Code: slot.errorCode ?? undefined,
    At: formatTime(slot.settledAt),
  };
}
