import { describe, expect, it } from 'vitest';
import { estimateText, formatEstimate, formatNumber, formatTime, powerOfTen } from './numbers';

describe('formatNumber', () => {
  it('keeps significant digits and writes powers of ten', () => {
    expect(formatNumber(0.00016, 2)).toBe('1.6 × 10⁻⁴');
    expect(formatNumber(0.0813, 2)).toBe('0.081');
    expect(formatNumber(1.8833, 3)).toBe('1.88');
    expect(formatNumber(-12.34, 3)).toBe('−12.3');
    expect(formatNumber(1234567, 3)).toBe('1.23 × 10⁶');
    expect(formatNumber(12345, 3)).toBe('12,345');
    expect(formatNumber(9.996, 3)).toBe('10.0');
    expect(formatNumber(0, 3)).toBe('0');
  });
  it('has words for what is not a number', () => {
    expect(formatNumber(Number.NaN)).toBe('–');
    expect(formatNumber(Number.NEGATIVE_INFINITY)).toBe('−∞');
  });
  it('never writes a negative zero', () => {
    expect(formatEstimate({ estimate: -0.0001, standardError: 0.02 }).value).toBe('0.00');
  });
});

describe('formatEstimate', () => {
  it('has as many decimals as the error allows', () => {
    expect(formatEstimate({ estimate: 1.88331, standardError: 0.0042 })).toEqual({ value: '1.883', error: '0.004' });
    expect(formatEstimate({ estimate: 1.88331, standardError: 0.0142 })).toEqual({ value: '1.883', error: '0.014' });
    expect(formatEstimate({ estimate: 117.2, standardError: 25 })).toEqual({ value: '117', error: '25' });
  });
  it('shares a power of ten', () => {
    expect(formatEstimate({ estimate: 1.624e-4, standardError: 3.1e-6 })).toEqual({
      value: '1.62',
      error: '0.03',
      power: ' × 10⁻⁴',
    });
  });
  it('has no power of ten where plain decimals will do', () => {
    expect(formatEstimate({ estimate: -1e-5, standardError: 3e-4 })).toEqual({ value: '0.0000', error: '0.0003' });
  });
  it('stops at five decimals', () => {
    expect(formatEstimate({ estimate: 1.0000023, standardError: 1e-7 })).toEqual({
      value: '1.00000',
      error: '<0.00001',
    });
  });
});

describe('formatTime', () => {
  it('has more decimals near the data', () => {
    expect([8, 0.5, 0.0123, 0].map(formatTime)).toEqual(['8.00', '0.50', '0.012', '0']);
  });
});

describe('estimateText', () => {
  it('brackets what a power of ten belongs to', () => {
    expect(estimateText({ estimate: 3.1e-5, standardError: 2e-6 })).toBe('(3.1 ± 0.2) × 10⁻⁵');
    expect(estimateText({ estimate: 1.88331, standardError: 0.0042 })).toBe('1.883 ± 0.004');
    expect(estimateText({ estimate: 2, standardError: 0 })).toBe('2.00');
  });
});

describe('powerOfTen', () => {
  it('is plain near 1', () => {
    expect([-4, -2, 0, 3, 4].map(powerOfTen)).toEqual(['10⁻⁴', '0.01', '1', '1000', '10⁴']);
  });
});
