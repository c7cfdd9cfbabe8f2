//! A connection that gives away one line at a time. Until TLS begins, whoever sits on the way can write what they like:
//! answers that they slip in behind the one to STARTTLS would wait in the mail library's buffer, and be believed
//! afterwards. Here they stay where they are, and TLS does not begin with them.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use lettre::transport::smtp::client::{AsyncSmtpConnection, AsyncTokioStream};
use lettre::transport::smtp::extension::ClientId;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

/// How much is looked at for the end of a line.
const WINDOW: usize = 1_024;

/// A TCP connection, read line by line.
#[derive(Debug)]
struct LineByLine(TcpStream);

/// Connects to a mail server's host and port, says who comes (`name`), and goes on line by line.
///
/// # Errors
/// What became of the connection.
pub async fn greet(server: (&str, u16), name: &ClientId) -> Result<AsyncSmtpConnection, Failure> {
    let tcp = TcpStream::connect(server).await?;
    // A letter is written in several pieces: each would wait for the answer to the one before.
    tcp.set_nodelay(true)?;
    Ok(AsyncSmtpConnection::connect_with_transport(Box::new(LineByLine(tcp)), name).await?)
}

/// Why a connection was not made.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The network's reason.
    #[error("{0}")]
    Network(#[from] io::Error),
    /// The mail server's.
    #[error("{0}")]
    Server(#[from] lettre::transport::smtp::Error),
}

impl AsyncTokioStream for LineByLine {
    fn peer_addr(&self) -> io::Result<SocketAddr> {
        self.0.peer_addr()
    }
}

impl AsyncRead for LineByLine {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let mut window = [0; WINDOW];
        let most = buffer.remaining().min(WINDOW);
        let mut seen = ReadBuf::new(&mut window[..most]);
        ready!(self.0.poll_peek(context, &mut seen))?;
        let line =
            seen.filled().iter().position(|byte| *byte == b'\n').map_or(seen.filled().len(), |at| at + 1);
        let mut taken = ReadBuf::new(&mut window[..line]);
        ready!(Pin::new(&mut self.0).poll_read(context, &mut taken))?;
        buffer.put_slice(taken.filled());
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for LineByLine {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_shutdown(context)
    }
}
