/**
 * What the routes answer, as schemas: for the OpenAPI document, and for the tests that hold the answers to it. They are
 * made when they are asked for: an instance that is never asked for the document does not pay for them.
 *
 * @module
 */
import * as v from 'valibot';

/** Answers by the name the document gives them. */
export function createAnswerSchemas() {
  const parts = createParts();
  return {
    ErrorAnswer: v.object({
      RequestId: parts.RequestId,
      Code: v.pipe(v.string(), v.description("The vendor's own code where there is one.")),
      Message: v.string(),
      Issues: v.optional(v.pipe(parts.Issues, v.description("Every fault, in the page's parameter order."))),
    }),
    Issue: parts.Issue,
    HealthAnswer: v.object({ RequestId: parts.RequestId, Status: v.literal('ok') }),
    DryRunAnswer: createDryRunAnswer(parts),
    ...createTaskAnswers(parts),
    ...createEventAnswers(parts),
    ...createDeadLetterAnswers(parts),
    ...createScheduleAnswers(parts),
    LayoutPreviewAnswer: createLayoutPreviewAnswer(parts),
  };
}

type Parts = ReturnType<typeof createParts>;

/** What several answers are made of. */
function createParts() {
  const Issue = v.object({
    Path: v.pipe(v.string(), v.description('Place in the JSON request: UserPanes[0].Texts[1].FontSize.')),
    Parameter: v.pipe(v.string(), v.description('The same as an RPC parameter: UserPanes.1.Texts.2.FontSize.')),
    Rule: v.pipe(v.string(), v.description('Stable id of the rule.')),
    Message: v.pipe(v.string(), v.description('What is wrong; a value is never quoted.')),
    Accepted: v.pipe(v.string(), v.description('What would be accepted.')),
  });
  const Time = v.pipe(v.string(), v.isoTimestamp(), v.description('UTC, as yyyy-MM-ddTHH:mm:ssZ.'));
  const Attempt = v.object({
    At: Time,
    Status: v.pipe(v.nullable(v.number()), v.description('HTTP status; null when no answer came.')),
    DurationMs: v.number(),
    Detail: v.pipe(v.nullable(v.string()), v.description('Why no answer came, or how one that was not 2xx begins.')),
  });
  return {
    Issue,
    Time,
    Issues: v.array(Issue),
    RequestId: v.pipe(v.string(), v.description('Id of this request.')),
    Ids: { AppId: v.string(), TaskId: v.string() },
    Color: v.pipe(v.string(), v.regex(/^#[0-9a-f]{6}$/), v.description('#rrggbb')),
    State: v.picklist(['starting', 'recording', 'stopping', 'stopped', 'failed', 'external']),
    Unchecked: v.pipe(
      v.array(v.object({ Rule: v.string(), Reason: v.string() })),
      v.description('Rules that need a value which comes from the template.'),
    ),
    Next: v.optional(v.pipe(v.string(), v.description('After of the next page; absent on the last.'))),
    Parameters: v.record(v.string(), v.unknown()),
    Event: {
      EventId: v.string(),
      Type: v.string(),
      At: Time,
      Delivery: v.picklist(['none', 'pending', 'delivered', 'dead']),
      DeliveredAt: v.optional(Time),
      Failures: v.number(),
      Attempts: v.pipe(v.array(Attempt), v.description('The last ten attempts.')),
      Data: v.pipe(v.record(v.string(), v.unknown()), v.description('As it is told to the app.')),
    },
  };
}

function createTaskAnswers({ RequestId, Ids, State, Issues, Time, Next, Parameters, Event }: Parts) {
  const task = {
    ...Ids,
    ChannelId: v.string(),
    State,
    Run: v.pipe(v.number(), v.description('How many recordings this TaskId has had, one after the other.')),
    Attempt: v.number(),
    RequestedAt: Time,
    StartedAt: v.optional(Time),
    StopAt: v.optional(Time),
    StopRequestedAt: v.optional(Time),
    EndedAt: v.optional(Time),
    LastFileAt: v.optional(Time),
    StartRequestId: v.optional(v.string()),
    ErrorCode: v.optional(v.string()),
    Warnings: Issues,
  };
  const file = v.object({
    FileId: v.string(),
    Url: v.string(),
    StartTime: Time,
    StopTime: Time,
    Duration: v.optional(v.pipe(v.number(), v.description('Seconds, as RTC gives them.'))),
    MsgId: v.optional(v.string()),
    Source: v.picklist(['callback', 'reconciled']),
    ReceivedAt: Time,
  });
  return {
    StartAnswer: v.object({
      RequestId,
      Code: v.optional(v.literal('StartUnanswered')),
      Message: v.optional(v.string()),
      Outcome: v.pipe(
        v.picklist(['started', 'replayed', 'pending', 'unanswered']),
        v.description('replayed: the same request started it before. pending: in flight. unanswered: followed up.'),
      ),
      ...Ids,
      ChannelId: v.string(),
      State,
      StartRequestId: v.optional(v.pipe(v.string(), v.description("RTC's RequestId of the start."))),
      Warnings: Issues,
    }),
    TaskList: v.object({
      RequestId,
      Tasks: v.array(
        v.object({ ...task, FileCount: v.pipe(v.number(), v.description('Recorded files, of all its runs.')) }),
      ),
      Next,
    }),
    TaskDetail: v.object({
      RequestId,
      ...task,
      Parameters: v.optional(Parameters),
      Changes: v.optional(Parameters),
      Files: v.array(file),
      Events: v.array(v.object(Event)),
    }),
    UpdateAnswer: v.object({
      RequestId,
      Outcome: v.literal('updated'),
      ...Ids,
      UpdateRequestId: v.pipe(v.string(), v.description("RTC's RequestId of the update.")),
      Warnings: Issues,
    }),
    FileLink: v.object({
      RequestId,
      Url: v.pipe(v.string(), v.description('Where the file can be had; whoever has this may have it.')),
      ExpiresAt: Time,
    }),
    StopAnswer: v.object({ RequestId, Outcome: v.picklist(['stopped', 'pending']), ...Ids, State }),
  };
}

function createDryRunAnswer({ RequestId, Issues, Unchecked, Parameters, Time, Color }: Parts) {
  const place = { Path: v.string(), Parameter: v.string() };
  const [number, text] = [v.nullable(v.number()), v.nullable(v.string())];
  return v.object({
    RequestId,
    Outcome: v.picklist(['acceptable', 'refused']),
    Code: v.optional(v.string()),
    Message: v.optional(v.string()),
    Issues,
    Warnings: Issues,
    Unchecked,
    Parameters: v.pipe(Parameters, v.description("Normalised: in the page's order, without what is faulty.")),
    StopAt: Time,
    Defaults: v.array(
      v.object({
        ...place,
        Value: v.union([v.string(), v.number()]),
        From: v.picklist(['APP_IDS', 'TEMPLATE_ID', 'Idempotency-Key', 'generated', 'MAX_DURATION_SECONDS', 'RTC']),
      }),
    ),
    Call: v.nullable(
      v.object({
        Action: v.literal('StartRecordTask'),
        Parameters: v.array(v.object({ Name: v.string(), Value: v.string() })),
        QueryBytes: v.number(),
        MaxQueryBytes: v.number(),
        SentAs: v.picklist(['query', 'form']),
      }),
    ),
    Colors: v.array(v.object({ ...place, Color })),
    Output: v.object({
      Width: number,
      Height: number,
      Kbps: number,
      Fps: number,
      KilobytesPerHour: number,
      MaxInputs: number,
    }),
    Layouts: v.array(
      v.object({ Participants: v.number(), LayoutId: number, Panes: number, Assumption: v.optional(v.string()) }),
    ),
    Billing: v.object({ TaskProfile: text, CheapestSufficient: text, MaxMinutes: number }),
    Notes: v.array(v.string()),
  });
}

function createEventAnswers({ RequestId, Event, Next }: Parts) {
  return {
    EventList: v.object({
      RequestId,
      Events: v.array(
        v.object({
          ...Event,
          AppId: v.string(),
          TaskId: v.optional(v.string()),
        }),
      ),
      Next,
    }),
    RedeliverAnswer: v.object({ RequestId, EventId: v.string(), Outcome: v.string() }),
  };
}

function createDeadLetterAnswers({ RequestId, Time, Next }: Parts) {
  const letter = {
    DeadLetterId: v.pipe(v.string(), v.description('SHA-256 of the bytes.')),
    AppId: v.optional(v.string()),
    Source: v.pipe(
      v.picklist(['http', 'mns', 'reconciled']),
      v.description("How it came; reconciled: from RTC's own list."),
    ),
    Reason: v.pipe(v.string(), v.description('Code of the fault.')),
    Count: v.pipe(v.number(), v.description('How often the same bytes came.')),
    FirstReceivedAt: Time,
    LastReceivedAt: Time,
    Bytes: v.pipe(v.number(), v.description('Its size.')),
  };
  return {
    DeadLetterList: v.object({ RequestId, DeadLetters: v.array(v.object(letter)), Next }),
    DeadLetterDetail: v.object({ RequestId, ...letter, BodyBase64: v.string() }),
  };
}

function createScheduleAnswers({ RequestId, Parameters, Time, Issues, Next }: Parts) {
  const slot = {
    TaskId: v.string(),
    SlotAt: Time,
    LocalTime: v.pipe(v.string(), v.description('What the clock of TimeZone shows then.')),
  };
  const schedule = {
    ScheduleId: v.string(),
    Parameters,
    StartAt: v.optional(Time),
    Cron: v.optional(v.string()),
    TimeZone: v.string(),
    DurationSeconds: v.number(),
    Until: v.optional(Time),
    LateBySeconds: v.number(),
    Enabled: v.boolean(),
    CreatedAt: Time,
    UpdatedAt: Time,
    NextSlots: v.array(v.object(slot)),
  };
  return {
    ScheduleAnswer: v.object({
      RequestId,
      Outcome: v.picklist(['created', 'replayed', 'updated']),
      ...schedule,
      Warnings: Issues,
    }),
    ScheduleList: v.object({ RequestId, Schedules: v.array(v.object(schedule)), Next }),
    ScheduleDetail: v.object({
      RequestId,
      ...schedule,
      History: v.array(v.object({ ...slot, State: v.string(), Code: v.optional(v.string()), At: v.optional(Time) })),
    }),
    ScheduleDeleted: v.object({ RequestId, Outcome: v.literal('deleted'), ScheduleId: v.string() }),
  };
}

function createLayoutPreviewAnswer({ RequestId, Issues, Unchecked, Color }: Parts) {
  const box = { LeftPx: v.number(), TopPx: v.number(), WidthPx: v.number(), HeightPx: v.number() };
  const Path = v.pipe(v.string(), v.description('Place in the Parameters: UserPanes[0].Images[0].'));
  const item = { ...box, Path, ZOrder: v.number() };
  const image = v.object({ ...item, Url: v.optional(v.string()), Display: v.picklist([1, 2]) });
  const text = { ...item, Text: v.string(), FontType: v.number(), FontSizePx: v.number(), Color };
  const pane = v.object({
    ...box,
    PaneId: v.number(),
    ZOrder: v.number(),
    Path: v.optional(Path),
    UserId: v.optional(v.string()),
    SourceType: v.picklist(['camera', 'shareScreen']),
    Occupancy: v.pipe(
      v.picklist(['assigned', 'substituted', 'joined', 'empty']),
      v.description('substituted: another participant is seen instead of UserId.'),
    ),
    ShownUserId: v.optional(v.string()),
    Images: v.array(image),
    Texts: v.array(v.object(text)),
  });
  const common = {
    Participants: v.pipe(v.array(v.string()), v.description('In the order of joining.')),
    Assumptions: v.pipe(v.array(v.string()), v.description('What the vendor does not say and is assumed.')),
  };
  const mixed = v.object({
    Kind: v.literal('mixed'),
    Canvas: v.object({ WidthPx: v.number(), HeightPx: v.number(), MediaEncode: v.optional(v.number()) }),
    LayoutId: v.optional(v.number()),
    LayoutName: v.optional(v.string()),
    CropMode: v.picklist([1, 2]),
    BackgroundColor: Color,
    Backgrounds: v.array(image),
    Panes: v.pipe(v.array(pane), v.description('Bottom first.')),
    Watermarks: v.array(image),
    HiddenUserIds: v.pipe(v.array(v.string()), v.description('Participants who are not seen.')),
    ...common,
  });
  const Records = v.picklist(['camera', 'shareScreen', 'sound']);
  return v.object({
    RequestId,
    Geometry: v.variant('Kind', [
      mixed,
      v.object({ Kind: v.literal('sound'), ...common }),
      v.object({ Kind: v.literal('streams'), Records, ...common }),
    ]),
    Issues: v.pipe(Issues, v.description('What would refuse the start of this recording.')),
    Warnings: Issues,
    Unchecked,
  });
}
