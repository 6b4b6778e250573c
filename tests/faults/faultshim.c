// LD_PRELOAD fault shim. Affects only files whose path starts with $FAULT_PREFIX.
// Control file $FAULT_CTL (one line, re-read on every call): space-separated words
//   fsync_eio | fsync_lie | write_enospc | write_short | open_erofs | write_kill | fsync_kill | fsync_slow_ms=N | at=K (only the K-th hit of this process fails; 0 or absent = all)
// A failure that was due leaves $FAULT_CTL.hit, so that a caller can tell a borne failure from none.
// $FAULT_SHADOW=dir : every fsync/fdatasync copies that file's current bytes to dir/<basename>
//   (worst-case power-cut image: only what was synced exists there).
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>
#define REAL(n) static __typeof__(&n) r; if(!r) r=(__typeof__(&n))dlsym(RTLD_NEXT,#n)
static int (*ropen)(const char*,int,...);
static int hit_fd(int fd,char*out){const char*p=getenv("FAULT_PREFIX");if(!p)return 0;char l[64];snprintf(l,64,"/proc/self/fd/%d",fd);ssize_t n=readlink(l,out,PATH_MAX-1);if(n<=0)return 0;out[n]=0;return !strncmp(out,p,strlen(p));}
static void ctl(char*b,size_t n){b[0]=0;const char*c=getenv("FAULT_CTL");if(!c)return;if(!ropen)ropen=dlsym(RTLD_NEXT,"open");int f=ropen(c,O_RDONLY|O_CLOEXEC);if(f<0)return;ssize_t k=read(f,b,n-1);b[k>0?k:0]=0;close(f);}
static void shadow(int fd,const char*path){const char*s=getenv("FAULT_SHADOW");if(!s)return;struct stat st;if(fstat(fd,&st)||!S_ISREG(st.st_mode))return;if(!ropen)ropen=dlsym(RTLD_NEXT,"open");
 const char*b=strrchr(path,'/');char t[PATH_MAX],d[PATH_MAX];snprintf(d,PATH_MAX,"%s/%s",s,b?b+1:path);snprintf(t,PATH_MAX,"%s.tmp.%d",d,getpid());
 int o=ropen(t,O_WRONLY|O_CREAT|O_TRUNC|O_CLOEXEC,0644);if(o<0)return;
 static ssize_t(*rw)(int,const void*,size_t);if(!rw)rw=dlsym(RTLD_NEXT,"write");static ssize_t(*rp)(int,void*,size_t,off_t);if(!rp)rp=dlsym(RTLD_NEXT,"pread");
 char buf[65536];ssize_t k;off_t at=0;while((k=rp(fd,buf,sizeof buf,at))>0){if(rw(o,buf,k)!=k)break;at+=k;}close(o);rename(t,d);}  // pread, never a second open: closing it would drop SQLite's POSIX locks
static void note_hit(void){const char*c=getenv("FAULT_CTL");if(!c)return;char p[PATH_MAX];snprintf(p,PATH_MAX,"%s.hit",c);if(!ropen)ropen=dlsym(RTLD_NEXT,"open");int f=ropen(p,O_WRONLY|O_CREAT|O_CLOEXEC,0644);if(f>=0)close(f);}
static int due(const char*b){static int k;char*m=strstr(b,"at=");if(!m)return 1;int w=atoi(m+3);if(w&&__sync_add_and_fetch(&k,1)!=w)return 0;note_hit();return 1;}
static int sync_common(int fd,int(*real)(int)){char p[PATH_MAX],b[256];if(!hit_fd(fd,p))return real(fd);ctl(b,sizeof b);char*m=strstr(b,"fsync_slow_ms=");if(m)usleep(1000*atoi(m+14));
 if(strstr(b,"fsync_kill")&&due(b))kill(getpid(),SIGKILL);if(strstr(b,"fsync_eio")&&due(b)){errno=EIO;return -1;}if(strstr(b,"fsync_lie"))return 0;int rc=real(fd);if(!rc)shadow(fd,p);return rc;}
int fsync(int fd){REAL(fsync);return sync_common(fd,r);}
int fdatasync(int fd){REAL(fdatasync);return sync_common(fd,r);}
static int werr(int fd,size_t*n){char p[PATH_MAX],b[256];if(!hit_fd(fd,p))return 0;ctl(b,sizeof b);if(strstr(b,"write_kill")&&due(b))kill(getpid(),SIGKILL);if(strstr(b,"write_enospc")&&due(b)){errno=ENOSPC;return -1;}if(strstr(b,"write_short")&&*n>1)*n/=2;return 0;}
ssize_t write(int fd,const void*x,size_t n){REAL(write);if(werr(fd,&n))return -1;return r(fd,x,n);}
ssize_t pwrite(int fd,const void*x,size_t n,off_t o){REAL(pwrite);if(werr(fd,&n))return -1;return r(fd,x,n,o);}
ssize_t pwrite64(int fd,const void*x,size_t n,off64_t o){REAL(pwrite64);if(werr(fd,&n))return -1;return r(fd,x,n,o);}
ssize_t writev(int fd,const struct iovec*v,int c){REAL(writev);size_t n=2;if(werr(fd,&n))return -1;return r(fd,v,c);}
static int oerr(const char*p,int fl){const char*x=getenv("FAULT_PREFIX");if(!x||strncmp(p,x,strlen(x))||!(fl&(O_WRONLY|O_RDWR|O_CREAT)))return 0;char b[256];ctl(b,sizeof b);if(strstr(b,"open_erofs")&&due(b)){errno=EROFS;return -1;}return 0;}
#define OPENBODY(name) static int(*r)(const char*,int,...);if(!r)r=dlsym(RTLD_NEXT,#name);mode_t m=0;if(fl&(O_CREAT|O_TMPFILE)){va_list a;va_start(a,fl);m=va_arg(a,int);va_end(a);}if(oerr(p,fl))return -1;return r(p,fl,m);
int open(const char*p,int fl,...){OPENBODY(open)}
int open64(const char*p,int fl,...){OPENBODY(open64)}
// unlink/rename are mirrored at once (kind to the program: a real disk may also lose these until the directory is synced)
static int spath(const char*p,char*d){const char*x=getenv("FAULT_PREFIX"),*s=getenv("FAULT_SHADOW");if(!x||!s||strncmp(p,x,strlen(x)))return 0;const char*b=strrchr(p,'/');snprintf(d,PATH_MAX,"%s/%s",s,b?b+1:p);return 1;}
int unlink(const char*p){REAL(unlink);int rc=r(p);char d[PATH_MAX];if(!rc&&spath(p,d)){int e=errno;r(d);errno=e;}return rc;}
int rename(const char*a,const char*b){REAL(rename);int rc=r(a,b);char x[PATH_MAX],y[PATH_MAX];if(!rc&&spath(a,x)&&spath(b,y)){int e=errno;r(x,y);errno=e;}return rc;}
