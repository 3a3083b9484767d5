import { describe, expect, test } from 'vitest';
import { checkEncryption } from '../../../../local/setup/check-database.ts';

const check = (databaseUrl: string, databaseCa?: string) => checkEncryption({ databaseUrl, databaseCa });

describe('checkEncryption', () => {
  test.each([
    ['postgres://u@db.example.com/x?sslmode=disable', 'a PEM'],
    ['postgres://u@db.example.com/x?sslmode=verify-full', undefined],
    ['postgres://u@db.example.com/x?sslmode=require', undefined],
    ['postgres://u@db.example.com/x?ssl=true', undefined],
    ['postgres://u@127.0.0.1/x', undefined],
    ['postgres://u@localhost/x?sslmode=disable', undefined],
  ])('accepts %s with %s', (url, ca) => {
    expect(check(url, ca)).toMatchObject({ outcome: 'ok' });
  });

  test.each([
    ['postgres://u@db.example.com/x', 'clear text'],
    ['postgres://u@db.example.com/x?sslmode=disable', 'clear text'],
    ['postgres://u@db.example.com/x?sslmode=no-verify', 'nobody is verified'],
    ['postgres://u@db.example.com/x?uselibpqcompat=true&sslmode=require', 'nobody is verified'],
  ])('warns of %s', (url, text) => {
    expect(check(url)).toMatchObject({
      outcome: 'warning',
      text: expect.stringContaining(text),
      remedy: expect.stringContaining('DATABASE_CA'),
    });
  });
});
