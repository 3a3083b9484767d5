/** The requests the hot path is measured with. */

/** StartRecordTask, the request of the vendor's example. */
export const SAMPLE = {
  AppId: 'yourAppId',
  ChannelId: 'yourChannelId',
  TaskId: 'yourTaskId',
  TemplateId: '76dasgb****',
  SubSpecUsers: ['user1', 'user2'],
  MediaEncode: 20,
  LayoutIds: [1],
  TaskProfile: '4IN_1080P',
  UserPanes: [
    {
      PaneId: 0,
      UserId: 'TestId',
      SourceType: 'camera',
      Images: [
        {
          Url: 'https://www.test.com/image.jpg',
          Display: 2,
          X: 0.7576,
          Y: 0.7576,
          Width: 0.2456,
          Height: 0.2456,
          ZOrder: 0,
        },
      ],
      Texts: [{ Text: 'text', X: 0.7576, Y: 0.7576, FontType: 0, FontSize: 1, FontColor: 1, ZOrder: 0 }],
    },
  ],
};

/** As much as may be sent: sixteen panes with one image and sixteen texts each. */
export const LARGEST = {
  AppId: 'yourAppId',
  ChannelId: 'yourChannelId',
  TaskId: 'yourTaskId',
  TemplateId: '76dasgb****',
  TaskProfile: '16IN_1080P',
  MediaEncode: 20,
  MixMode: 1,
  LayoutIds: [13],
  SubSpecUsers: Array.from({ length: 16 }, (_, n) => `user-${n}`),
  UserPanes: Array.from({ length: 16 }, (_, pane) => ({
    PaneId: pane,
    UserId: `user-${pane}`,
    SourceType: 'camera',
    Images: [
      { Url: `https://www.test.com/${pane}.jpg`, Display: 2, X: 0.1, Y: 0.1, Width: 0.25, Height: 0.25, ZOrder: 1 },
    ],
    Texts: Array.from({ length: 16 }, (_, text) => ({
      Text: `Name ${pane}-${text}`,
      X: 0.05,
      Y: text / 16,
      FontType: 0,
      FontSize: 24,
      FontColor: 255,
      ZOrder: 2,
    })),
  })),
};
