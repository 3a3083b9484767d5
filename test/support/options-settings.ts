/**
 * What the blocks of `s.options.yaml` need to be set to, all of them.
 *
 * @module
 */

export const OPTIONS_SETTINGS = {
  VPC_ID: 'vpc-1',
  VSWITCH_ID: 'vsw-1',
  SECURITY_GROUP_ID: 'sg-1',
  DOMAIN_NAME: 'recorder.example.com',
  DOMAIN_CERTIFICATE_FILE: 'certificate.pem',
  DOMAIN_PRIVATE_KEY_FILE: 'key.pem',
  MNS_QUEUE: 'rtc-files',
  MNS_DEAD_LETTER_QUEUE: 'rtc-files-dead',
  FAILURE_QUEUE: 'rtc-failed-runs',
  ALIYUN_ACCOUNT_ID: '123456789012',
};
