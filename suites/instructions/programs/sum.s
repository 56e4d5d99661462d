# Adds the 16 words at a0 and stores the sum behind them; a jump behind its last byte ends it.
  la   a0, words
  addi a1, a0, 128
  li   a2, 0
1:
  ld   a3, 0(a0)
  add  a2, a2, a3
  addi a0, a0, 8
  bne  a0, a1, 1b
  sd   a2, 0(a1)
  j    done
  .align 7
words:
  .dword 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16
  .dword 0
done:
