/** StartRecordTask's parameters as somebody would write them with zod: structure, bounds, enumerations and patterns. */
import { z } from 'zod';

const integer = (minimum, maximum) => z.number().int().min(minimum).max(maximum);
const id = (maximum) => z.string().regex(new RegExp(`^[A-Za-z0-9_-]{1,${maximum}}$`));
const share = z.number().min(0).max(1);
const side = z.number().gt(0).max(1);
const zOrder = integer(0, 1_000).optional();
const users = z.array(z.string().min(1).max(255)).min(1).max(16).optional();

const Image = z.strictObject({
  Url: z.url({ protocol: /^https?$/ }).max(2_048),
  Display: z.union([z.literal(0), z.literal(1), z.literal(2)]).optional(),
  ...{ X: share.optional(), Y: share.optional(), Width: side.optional(), Height: side.optional(), ZOrder: zOrder },
});

const Text = z.strictObject({
  Text: z.string().min(1).max(1_024),
  ...{ X: share.optional(), Y: share.optional(), ZOrder: zOrder },
  FontType: integer(0, 5).optional(),
  FontSize: integer(1, 72).optional(),
  FontColor: integer(0, 0xffffff).optional(),
});

const Pane = z.strictObject({
  PaneId: integer(0, 15),
  UserId: z.string().min(1).max(255).optional(),
  SourceType: z.enum(['camera', 'shareScreen']).optional(),
  Images: z.array(Image).min(1).max(16).optional(),
  Texts: z.array(Text).min(1).max(16).optional(),
});

export const StartRecordTask = z.strictObject({
  AppId: id(64),
  ChannelId: id(64),
  TaskId: id(55),
  TemplateId: z.string().min(1).max(64),
  MixMode: z.union([z.literal(0), z.literal(1)]).optional(),
  SourceType: z.enum(['camera', 'shareScreen']).optional(),
  StreamType: z.union([z.literal(0), z.literal(1)]).optional(),
  TaskProfile: z.string().optional(),
  MediaEncode: integer(0, 100).optional(),
  BackgroundColor: integer(0, 0xffffff).optional(),
  CropMode: z.union([z.literal(1), z.literal(2)]).optional(),
  LayoutIds: z.array(integer(1, 16)).min(1).max(16).optional(),
  ...{ SubSpecUsers: users, SubSpecAudioUsers: users, SubSpecCameraUsers: users, SubSpecShareScreenUsers: users },
  ...{ UnsubSpecAudioUsers: users, UnsubSpecCameraUsers: users, UnsubSpecShareScreenUsers: users },
  UserPanes: z.array(Pane).min(1).max(16).optional(),
  Backgrounds: z.array(Image).min(1).max(16).optional(),
  Watermarks: z.array(Image).min(1).max(16).optional(),
});
