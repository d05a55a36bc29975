from __future__ import annotations
import sys, time
from multiprocessing import Pool
from tests.bench.estimates.cases import ALL
from tests.bench.estimates.playing import play
def one(a):
    i,n,seed=a
    t=time.time()
    s=play(ALL[i],int(n*ALL[i].callers),seed)
    return i,s,time.time()-t
if __name__=="__main__":
    n=int(sys.argv[1]); names=sys.argv[2:]
    todo=[i for i,p in enumerate(ALL) if not names or any(x in p.name for x in names)]
    with Pool(2) as pool:
        for i,s,t in pool.imap(one,[(i,n,1) for i in todo],chunksize=1):
            p=ALL[i]
            L=s['callcore']; best=min(s[x].mse for x in ('QL','QLm','QLa'))
            print(f"{p.name:34s}"," ".join(f"{k}={v.mse:.5f}" for k,v in s.items()),f"| /best {L.mse/best:.3f} /QLm {L.mse/s['QLm'].mse:.3f} /QLa {L.mse/s['QLa'].mse:.3f} bias {100*L.relative_bias:+.2f}% (QLm {100*s['QLm'].relative_bias:+.2f}%) beyond {100*L.beyond:.1f}% unk {L.unknown_count} n {L.count} {t:.0f}s",flush=True)
